/* Exact money and rates: cents and fractions of whole numbers; one rounding, half up (docs/spec/debt.md, Rounding). */

import { must } from "./fault.js";
import { daysIn, daysSince1970, isDate } from "./instant.js";
import { isText } from "./json.js";

export function parseMoney(text, what) {
  const found = isText(text) ? /^(\d{1,16})(?:\.(\d{1,2}))?$/.exec(text) : null;
  must(found, what);
  return BigInt(found[1]) * 100n + BigInt((found[2] || "").padEnd(2, "0"));
}

export const moneyText = (cents) => `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;

/* A rate as `{n, d}`. */
export function parseRate(text, what) {
  const found = isText(text) ? /^(0|1)(?:\.(\d{1,30}))?$/.exec(text) : null;
  must(found, what);
  const digits = found[2] || "";
  const rate = { n: BigInt(found[1] + digits), d: 10n ** BigInt(digits.length) };
  must(rate.n <= rate.d, what);
  return rate;
}

export const lower = (a, b) => (a.n * b.d <= b.n * a.d ? a : b);

/* Half up, of n / d with n not negative. */
export const round = (n, d) => (2n * n + d) / (2n * d);

/* base × rate × days / basis, rounded. */
export const accrued = (base, rate, days, basis) => round(base * rate.n * BigInt(days), rate.d * BigInt(basis));

export function parseDay(text, what) {
  must(isDate(text), what);
  const [year, month, day] = text.split("-").map(Number);
  return Number(daysSince1970(year, month, day));
}

export const dayText = (day) => new Date(day * 86400000).toISOString().slice(0, 10);

/* The same day `months` later, or the last of a shorter month. */
export function addMonths(day, months) {
  const from = new Date(day * 86400000);
  const index = from.getUTCFullYear() * 12 + from.getUTCMonth() + months;
  const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
  return Number(daysSince1970(year, month, Math.min(from.getUTCDate(), daysIn(year, month))));
}

/* Calendar months from the month of one day to that of another. */
export function monthsBetween(day, later) {
  const [from, to] = [new Date(day * 86400000), new Date(later * 86400000)];
  return (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
}

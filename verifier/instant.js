/* Instants: RFC 3339 in UTC, as whole microseconds since 1970 (BigInt); and how they are shown. */

import { must } from "./fault.js";

const FORM = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{6}))?Z$/;
export const SECOND = 1000000n;
export const LATEST = 253402300800n * SECOND; // year 10000

export function parseInstant(text) {
  const found = typeof text === "string" ? FORM.exec(text) : null;
  must(found, "not an instant");
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  must(isDay(year, month, day) && hour < 24 && minute < 60 && second < 60, "no such instant");
  must(found[7] !== "000000", "an instant with empty microseconds");
  return daysSince1970(year, month, day) * 86400n * SECOND
    + BigInt(hour * 3600 + minute * 60 + second) * SECOND + BigInt(found[7] || 0);
}

export const isDay = (year, month, day) =>
  year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);

export const daysIn = (year, month) =>
  month === 2 ? ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

export function daysSince1970(year, month, day) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return BigInt(date.getTime() / 86400000);
}

export function isDate(text) {
  const found = typeof text === "string" ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) : null;
  return found !== null && isDay(Number(found[1]), Number(found[2]), Number(found[3]));
}

export function instantText(micros) {
  const seconds = micros / SECOND - (micros % SECOND < 0n ? 1n : 0n);
  const rest = micros - seconds * SECOND;
  const whole = new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, "").replace(/^\+/, "");
  return whole + (rest ? "." + String(rest).padStart(6, "0") : "") + "Z";
}

/* `D` and `HH:MM:SS` of a gap. */
export function gapParts(micros) {
  const seconds = Number(micros / SECOND);
  const two = (n) => String(n).padStart(2, "0");
  const clock = [Math.floor((seconds % 86400) / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return { days: Math.floor(seconds / 86400), clock: clock.map(two).join(":") };
}

export const now = () => BigInt(Date.now()) * 1000n;

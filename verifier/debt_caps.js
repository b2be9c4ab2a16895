/* The two caps on interest, penalty and costs (docs/spec/debt.md, section 8): the one that applies is cut from what is open. */

import { round } from "./money.js";

/* Costs that no cap counts: rule `cap.costs_outside` (docs/spec/rules.md). */
const OUTSIDE = ["court_fee", "acceptance_fee", "preservation_fee", "execution_fee", "announcement_fee", "appraisal_fee"];

/* Cuts the open sums of `lines` and of the ledger's costs; says whether the global cap binds. */
export function applyCaps(terms, ledger, lines) {
  for (const line of lines) line.wasOpen = Object.values(line.open).some((amount) => amount > 0n);
  if (terms.cap.method === "per_line") lines.filter((line) => line.wasOpen).forEach((line) => cutLine(terms, line));
  return terms.cap.method === "global" && cutGlobally(terms, ledger, lines);
}

function cutLine(terms, line) {
  const { rate } = terms.cap;
  const borne = line.stretches.reduce((total, one) => total + one.base * BigInt(one.days), 0n);
  const limit = round(borne * rate.n, rate.d * BigInt(terms.basis));
  let excess = line.charged.penalty + line.charged.compound - limit;
  for (const kind of ["compound", "penalty"]) excess -= take(line.open, kind, excess);
}

function take(open, kind, excess) {
  if (excess <= 0n) return 0n;
  const amount = excess < open[kind] ? excess : open[kind];
  open[kind] -= amount;
  return amount;
}

function cutGlobally(terms, ledger, lines) {
  const counted = ledger.costs.filter((one) => !OUTSIDE.includes(one.kind));
  const openDays = [...lines.filter((line) => line.wasOpen).map((line) => line.due), ...counted.filter((one) => one.open > 0n).map((one) => one.day)];
  if (!openDays.length) return false;
  const first = Math.min(...openDays);
  const since = Math.max(terms.start, ...[...lines.map((line) => line.due), ...ledger.agreed].filter((day) => day < first));
  let excess = chargedSince(ledger, lines, counted, since) - allowedSince(terms, ledger, since);
  const above = excess;
  const newest = [...lines].reverse();
  for (const kind of ["compound", "penalty"]) for (const line of newest) excess -= take(line.open, kind, excess);
  for (const cost of [...counted].reverse()) excess -= take(cost, "open", excess);
  for (const line of newest) excess -= take(line.open, "interest", excess);
  return excess < above;
}

function chargedSince(ledger, lines, counted, since) {
  let charged = 0n;
  for (const { due, charged: one } of lines) if (due > since) charged += one.interest + one.penalty + one.compound;
  for (const one of ledger.prepaid) if (one.day > since) charged += one.interest;
  for (const one of counted) if (one.open > 0n || one.day > since) charged += one.amount;
  return charged;
}

/* Principal that is not yet due, or open on a line due after S, for each of its days from S on. */
function allowedSince(terms, ledger, since) {
  const counts = ({ line }) => line === null || line.due > since;
  const borne = ledger.moves.filter(counts).reduce((total, { day, amount }) => total + amount * BigInt(terms.cutoff - Math.max(day, since)), 0n);
  return round(borne * terms.cap.rate.n, terms.cap.rate.d * BigInt(terms.basis));
}

/* The debt of a package, computed again and laid beside the package's own figures. */

import { computeClaim } from "./debt.js";
import { Fault } from "./fault.js";
import { isObject } from "./json.js";

const TOTALS = ["principal", "interest", "penalty", "compound", "costs", "total", "per_diem", "undue_principal"];
const LINE = ["item", "due", "principal", "interest", "penalty", "compound"];

export function debtView(ledger) {
  if (!isObject(ledger) || !isObject(ledger.input)) return { state: "none" };
  let claim;
  try {
    claim = computeClaim(ledger.input);
  } catch (error) {
    // Whatever the inputs do to the engine, they take no report from the reader: the ten checks stand without the debt.
    return error instanceof Fault ? { state: "not_here", detail: error.message } : { state: "broken" };
  }
  const own = isObject(ledger.claim) ? ledger.claim : {};
  const totals = TOTALS.map((name) => ({ name, own: textOf(own[name]), computed: claim[name] }));
  const ownLines = Array.isArray(own.lines) ? own.lines.filter(isObject) : [];
  const differing = totals.filter((one) => one.own !== one.computed).map((one) => one.name);
  if (ownLines.length !== claim.lines.length) differing.push("lines");
  claim.lines.forEach((line, n) => {
    const other = ownLines[n] || {};
    for (const name of LINE) if (textOf(other[name]) !== line[name]) differing.push("lines." + line.item + "." + name);
  });
  return { state: differing.length ? "differs" : "equal", differing: differing.slice(0, 12), totals, lines: claim.lines };
}

const textOf = (value) => (typeof value === "string" ? value : value === undefined ? "" : String(value));

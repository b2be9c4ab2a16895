/* What a check found: the first failure counts, then the first other finding, then success (docs/spec/verify.md). */

import { REASONS } from "./text/reasons.js";

export const stateOf = (code) => REASONS[code].state;
export const isFailure = (finding) => stateOf(finding.code) === "failed";

/* One finding: code, place, and the values of its sentence. */
export function finding(code, where = {}, detail = {}) {
  return { code, where, detail: { ...where, ...detail } };
}

/* The outcome of a check: `{n, code, state, detail, failures}`. `reached`: whether all that it needs could be read. */
export function outcome(n, findings, reached, success) {
  const failures = findings.filter(isFailure);
  let chosen = failures[0];
  if (!chosen && !reached) chosen = finding("not-reached");
  if (!chosen) chosen = findings[0] || success();
  return { n, code: chosen.code, state: stateOf(chosen.code), detail: chosen.detail, failures };
}

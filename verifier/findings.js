/* What a check found: the first failure counts, then the first other finding, then success (docs/spec/verify.md). */

import { REASONS } from "./text/reasons.js";

export const stateOf = (code) => REASONS[code].state;
export const isFailure = (finding) => stateOf(finding.code) === "failed";

/* Outside text in a report: at most 300 characters, and ? for what cannot be printed. */
export function plain(text) {
  return [...String(text).slice(0, 600)].slice(0, 300).map((c) => (c !== " " && /[\p{C}\p{Z}]/u.test(c) ? "?" : c)).join("");
}

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

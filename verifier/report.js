/* A report as `proofdocket verify --json` prints it, and its sentences in either language. */

import { plain } from "./findings.js";
import { NAMES, REASONS } from "./text/reasons.js";

/* The sentence of a check. Values that outside bytes name are only ever text. */
export function sentence(check, lang) {
  return REASONS[check.code][lang].replace(/\{(\w+)\}/g, (whole, name) => (name in check.detail ? plain(check.detail[name]) : whole));
}

export function reportJson(report) {
  const checks = report.checks.map((check) => ({
    n: check.n, name: NAMES[check.n].en, state: check.state, code: check.code, reason: sentence(check, "en"),
  }));
  const times = report.times.map(({ type, ...row }) => row);
  const json = { result: report.result, checks };
  if (report.where.length) json.where = report.where;
  return { ...json, unaltered_since: report.unaltered_since, trust: report.trust, times };
}

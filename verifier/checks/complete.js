/* (10) Completeness of the loan's history. */

import { hex, same } from "../bytes.js";
import { finding, isFailure, outcome } from "../findings.js";
import { provesLoan } from "../map.js";
import { leadsTo, leafHash } from "../merkle.js";
import { signedBy } from "../note.js";
import { calledBy } from "../trust.js";
import { placeOf } from "./entries.js";

const MAP = { member: "data/log/map.json" };
const ORDER = ["map-audit-invalid", "map-audit-contradicts", "complete", "map-auditor-not-in-force", "map-audit-other"];

export function checkComplete(subject, context) {
  const { events } = subject;
  const whole = events.length > 0 && events.every((event) => event.leaf && event.proof);
  const reached = whole && (subject.kind === "proof" || Boolean(subject.metadata));
  if (subject.kind === "proof") return outcome(10, [finding("single-proof")], true, () => null);
  const findings = historyFindings(events);
  if (findings.some(isFailure) || !reached) return outcome(10, findings, reached, () => null);
  const found = subject.material.map ? mapFinding(subject, context) : finding("map-not-checked", {}, { last: events.length - 1 });
  return outcome(10, [found], true, () => null);
}

/* Entry by entry: the next number, the entry before it, a later place in the log. Nothing after a hole is looked at. */
function historyFindings(events) {
  const found = [];
  for (const [n, event] of events.entries()) {
    if (event.seq !== n) return [...found, finding("sequence-gap", { member: event.member, seq: n })];
    const before = n > 0 ? events[n - 1] : null;
    if (!before || !before.leafBytes || !event.leaf) continue;
    if (event.leaf.prev !== hex(leafHash(before.leafBytes))) found.push(finding("link-broken", placeOf(event)));
    if (before.proof && event.proof && event.proof.index <= before.proof.index) found.push(finding("index-order", placeOf(event)));
  }
  return found;
}

function mapFinding(subject, context) {
  const { map } = subject.material;
  const { events, metadata } = subject;
  const { checkpoint } = map.proof;
  const own = metadata.signed;
  if (checkpoint.origin !== own.origin || checkpoint.size !== own.size || !same(checkpoint.root, own.root)) {
    return finding("map-other-checkpoint", MAP);
  }
  const at = { ...MAP, index: Number(map.proof.index) };
  if (map.proof.index !== checkpoint.size - 1n) return finding("map-not-last", at);
  if (!leadsTo(leafHash(map.leafBytes), map.proof.index, checkpoint.size, map.proof.path, checkpoint.root)) return finding("map-not-included", at);
  if (BigInt(map.leaf.size) !== map.proof.index) return finding("map-leaf-mismatch", { ...at, field: "size" });
  if (events[0].leaf.institution !== map.leaf.institution) {
    return finding("map-leaf-mismatch", { ...at, field: "institution" });
  }
  if (events[0].leaf.loan !== map.membership.loan) return finding("map-other-loan", MAP);
  if (!provesLoan(map.membership, map.leaf.root)) return finding("map-membership-invalid", MAP);
  const { count, last } = map.membership.end;
  if (count !== events.length) return finding("map-count-differs", MAP, { count, here: events.length });
  if (last !== hex(leafHash(events[events.length - 1].leafBytes))) return finding("map-last-differs", MAP);
  return auditFinding(map, checkpoint, events.length, context);
}

function auditFinding(map, checkpoint, count, context) {
  const told = { count, size: checkpoint.size };
  if (context.standing) return finding("map-claimed", {}, told);
  const found = [];
  for (const key of context.trust.auditors) {
    for (const audit of map.audits) {
      const good = signedBy(audit.note, key.verifier);
      if (good === null) continue;
      found.push(finding(good ? judge(audit, key, map, checkpoint, context.now) : "map-audit-invalid", MAP, { ...told, auditor: calledBy(key) }));
    }
  }
  found.sort((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code));
  if (!found.length) return finding("map-claimed", {}, told);
  return isFailure(found[0]) ? found[0] : { ...found[0], where: {} };
}

function judge(audit, key, map, checkpoint, now) {
  if (audit.origin !== checkpoint.origin || audit.size !== checkpoint.size) return "map-audit-other";
  const inForce = (key.from === null || now >= key.from) && (key.until === null || now < key.until) && (key.revoked === null || now < key.revoked);
  if (!inForce) return "map-auditor-not-in-force";
  return same(audit.root, checkpoint.root) && audit.mapRoot === map.leaf.root ? "complete" : "map-audit-contradicts";
}

/* (3) Log entries in canonical form. */

import { erasedFinding } from "../erasure.js";
import { attempt } from "../fault.js";
import { finding, outcome } from "../findings.js";
import { parseLeaf } from "../leaf.js";

/* Reads each entry into `event.leaf`, and judges it. */
export function checkEntries(subject) {
  const findings = [];
  for (const event of subject.events) {
    if (!event.leafBytes) continue;
    const where = placeOf(event);
    event.leaf = attempt(() => parseLeaf(event.leafBytes), (fault) => findings.push(finding(fault.code, where)));
    if (event.leaf && event.leaf.type_version !== 1) findings.push(finding("type-version-unknown", where));
  }
  const { events } = subject;
  const reached = events.length > 0 && events.every((event) => event.leafBytes);
  return outcome(3, findings, reached, () => {
    return erasedFinding(subject, "entries-erased") || finding("leaves-canonical", {}, { count: events.length });
  });
}

/* Where an entry, or what belongs to it, lies: member, number in the loan, leaf index, as far as they are known. */
export function placeOf(event, member = event.member) {
  const where = { member };
  if (event.seq !== null) where.seq = event.seq;
  if (event.proof) where.index = Number(event.proof.index);
  return where;
}

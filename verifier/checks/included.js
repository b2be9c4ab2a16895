/* (5) Inclusion in the log. */

import { finding, outcome } from "../findings.js";
import { hex } from "../bytes.js";
import { leadsTo, leafHash } from "../merkle.js";
import { PACKAGE } from "../subject.js";
import { placeOf } from "./entries.js";

export function checkIncluded(subject) {
  const { metadata, events } = subject;
  const findings = metadata ? treeFindings(metadata) : [];
  for (const event of events) {
    const where = placeOf(event);
    if (event.proof && metadata && event.proof.checkpoint.whole !== metadata.checkpoint) {
      findings.push(finding("checkpoint-differs", placeOf(event, event.proofMember)));
    }
    if (event.proof && event.leafBytes && !isIncluded(event)) {
      findings.push(finding("inclusion-invalid", { ...where, index: Number(event.proof.index) }));
    }
  }
  const whole = events.length > 0 && events.every((event) => event.proof && event.leafBytes);
  return outcome(5, findings, whole && (subject.kind === "proof" || Boolean(metadata)), () => {
    const size = metadata ? metadata.tree_size : events[0].proof.checkpoint.size;
    return finding("included", {}, { count: events.length, size });
  });
}

function treeFindings(metadata) {
  const { signed } = metadata;
  const equal = {
    origin: signed.origin === metadata.origin,
    tree_size: signed.size === BigInt(metadata.tree_size),
    root: hex(signed.root) === metadata.root,
  };
  return Object.keys(equal).filter((field) => !equal[field]).map((field) => finding("tree-mismatch", { member: PACKAGE, field }));
}

function isIncluded({ leafBytes, proof }) {
  return leadsTo(leafHash(leafBytes), proof.index, proof.checkpoint.size, proof.path, proof.checkpoint.root);
}

/* (7) Witness quorum. */

import { hex } from "../bytes.js";
import { cosignaturesBy } from "../cosignature.js";
import { finding, outcome } from "../findings.js";
import { cosignatures, firstOfEach } from "../independent_time.js";
import { instantText, SECOND } from "../instant.js";
import { calledBy } from "../trust.js";

const AHEAD = 300n * SECOND;

export function checkWitnessed(subject, context) {
  const notes = context.checkpoints;
  const reached = notes.length > 0 && (subject.kind === "proof" || Boolean(subject.metadata));
  const findings = notes.flatMap((checkpoint) => falseLines(subject, checkpoint, context));
  if (context.standing) findings.push(context.standing());
  else if (!context.trust.witnesses.length || !context.trust.quorum) findings.push(finding("no-witness-pinned"));
  else findings.push(...notes.map((checkpoint) => quorumOf(checkpoint, context)));
  const good = findings.find((one) => one.code === "witness-quorum");
  return outcome(7, findings.filter((one) => one.code !== "witness-quorum"), reached, () => good);
}

function falseLines(subject, checkpoint, context) {
  const keys = new Map(); // a key that policy and trust file both name is asked once
  const named = [...(subject.material.policy || []), ...(context.standing ? [] : context.trust.witnesses.map((key) => key.verifier))];
  for (const key of named) keys.set(key.name + "+" + hex(key.id), key);
  return [...keys.values()]
    .filter((key) => cosignaturesBy(key, checkpoint) === null)
    .map((key) => finding("cosignature-invalid", {}, { name: key.name }));
}

function quorumOf(checkpoint, context) {
  const { trust, now } = context;
  const proven = context.keepers;
  const all = cosignatures(trust, checkpoint).filter((one) => one.time <= now + AHEAD);
  const counted = firstOfEach(all.filter((one) => one.key.revoked === null || (proven && one.time < one.key.revoked && proven.time < one.key.revoked)));
  const pinned = new Set(trust.witnesses.map(calledBy)).size;
  const told = { cosigned: counted.length, pinned, wanted: trust.quorum };
  if (counted.length < trust.quorum) return finding("witness-quorum-missing", {}, told);
  const names = counted.map((one) => one.name).join(", ");
  const complete = counted[trust.quorum - 1].time;
  return finding("witness-quorum", {}, { ...told, names, first: instantText(counted[0].time), time: instantText(complete) });
}

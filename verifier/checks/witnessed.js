/* (7) Witness quorum. */

import { cosignaturesBy } from "../cosignature.js";
import { finding, outcome } from "../findings.js";
import { cosignatures, firstOfEach, independentTime } from "../independent_time.js";
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
  const named = (subject.material.policy || []).map((key) => [key, key.name]);
  if (!context.standing) named.push(...context.trust.witnesses.map((key) => [key.verifier, calledBy(key)]));
  return named
    .filter(([key]) => cosignaturesBy(key, checkpoint) === null)
    .map(([, name]) => finding("cosignature-invalid", {}, { name }));
}

function quorumOf(checkpoint, context) {
  const { trust, now } = context;
  const unrevoked = (one) => one.key.revoked === null || one.key.revoked > now;
  const all = cosignatures(trust, checkpoint, context.ownKeys).filter((one) => one.time <= now + AHEAD);
  const proven = independentTime(trust, {
    witnesses: all.filter((one) => one.time <= now && unrevoked(one)), tokens: [], anchor: context.anchorFor(checkpoint),
  });
  const counted = firstOfEach(all.filter((one) => one.key.revoked === null || (proven && one.time < one.key.revoked && proven.time < one.key.revoked)));
  const pinned = new Set(trust.witnesses.map(calledBy)).size;
  const told = { cosigned: counted.length, pinned, wanted: trust.quorum };
  if (counted.length < trust.quorum) return finding("witness-quorum-missing", {}, told);
  const names = counted.map((one) => one.name).join(", ");
  const complete = counted[trust.quorum - 1].time;
  return finding("witness-quorum", {}, { ...told, names, first: instantText(counted[0].time), time: instantText(complete) });
}

/* (6) Log signature by a pinned key, in force at the checkpoint's independent time. */

import { cosignaturesBy } from "../cosignature.js";
import { finding, isFailure, outcome } from "../findings.js";
import { instantText } from "../instant.js";
import { ED25519, signedBy } from "../note.js";
import { PACKAGE } from "../subject.js";
import { placeOf } from "./entries.js";

/* The order in which one of several keys counts. */
const RANK = [
  "log-signature-valid", "log-signature-valid-then", "log-key-time-unknown", "log-key-revoked-time-unknown",
  "log-key-too-late", "log-key-too-early", "log-key-revoked",
];

export function checkSigned(subject, context) {
  const { metadata } = subject;
  const notes = context.checkpoints;
  const reached = notes.length > 0 && (Boolean(context.standing) || subject.kind === "proof" || Boolean(metadata));
  const findings = [];
  if (context.standing) {
    const own = metadata ? notes.filter((one) => signedBy(one.note, metadata.logKey) !== true) : [];
    findings.push(...own.map(() => finding("log-signature-invalid")), context.standing());
  } else {
    for (const checkpoint of notes) findings.push(...noteFindings(subject, checkpoint, context));
  }
  return outcome(6, findings, reached, () => {
    const log = context.trust.logs.find((one) => one.origin === notes[0].origin);
    return finding("log-signature-valid", {}, { institution: log.institution, credit_code: log.credit_code });
  });
}

function noteFindings(subject, checkpoint, context) {
  const { metadata, events } = subject;
  const log = context.trust.logs.find((one) => one.origin === checkpoint.origin);
  if (!log) return [finding("log-not-pinned")];
  const found = [];
  if (metadata) {
    const mismatch = (code, field, equal) => equal || found.push(finding(code, { member: PACKAGE, field }));
    mismatch("log-key-not-pinned", "log_vkey", log.keys.some((key) => key.vkey === metadata.log_vkey));
    mismatch("institution-mismatch", "institution", metadata.institution === log.institution);
    mismatch("credit-code-mismatch", "credit_code", !log.credit_code || metadata.credit_code === log.credit_code);
  }
  for (const event of events) {
    if (event.leaf && event.leaf.institution !== log.institution) {
      found.push(finding("institution-mismatch", { ...placeOf(event), field: "institution" }));
    }
  }
  const signature = signatureFindings(log, checkpoint, context);
  found.push(...signature);
  if (!signature.some(isFailure) && !log.credit_code) found.push(finding("credit-code-not-pinned"));
  return found;
}

function signatureFindings(log, checkpoint, context) {
  const ed25519 = log.keys.filter((key) => key.verifier.kind === ED25519);
  const others = log.keys.filter((key) => key.verifier.kind !== ED25519);
  const verdicts = ed25519.map((key) => [key, signedBy(checkpoint.note, key.verifier)]);
  const signers = verdicts.filter(([, good]) => good === true).map(([key]) => key);
  const second = others.map((key) => [key, cosignaturesBy(key.verifier, checkpoint)]);
  if (!signers.length || verdicts.some(([, good]) => good === false) || second.some(([, times]) => times === null)) {
    return [finding("log-signature-invalid")];
  }
  const { statement } = context;
  const judged = signers.map((key) => keyFinding(log, key, statement, context.now));
  judged.sort((a, b) => RANK.indexOf(a.code) - RANK.indexOf(b.code));
  const found = judged[0].code === "log-signature-valid" ? [] : [judged[0]];
  const late = secondFinding(second, statement, context.now);
  return late ? [...found, late] : found;
}

function keyFinding(log, key, statement, now) {
  const time = statement ? statement.time : null;
  const at = statement ? time : now;
  const told = statement ? { time: instantText(time), name: statement.name } : { time: instantText(now) };
  const say = (code, date) => finding(code, {}, { ...told, date: instantText(date), institution: log.institution, credit_code: log.credit_code });
  if (key.from !== null && at < key.from) return say("log-key-too-early", key.from);
  if (key.revoked !== null && at >= key.revoked) return say(statement ? "log-key-revoked" : "log-key-revoked-time-unknown", key.revoked);
  if (key.until !== null && at >= key.until) return say(statement ? "log-key-too-late" : "log-key-time-unknown", key.until);
  const ends = [key.until, key.revoked].filter((end) => end !== null && end <= now);
  if (ends.length) return say("log-signature-valid-then", ends.reduce((a, b) => (a < b ? a : b)));
  return finding("log-signature-valid");
}

/* Keys of a second algorithm that were due must have signed. */
function secondFinding(second, statement, now) {
  const at = statement ? statement.time : now;
  const inForce = (key) => (key.from === null || at >= key.from) && (key.until === null || at < key.until) && (key.revoked === null || at < key.revoked);
  const due = second.filter(([key]) => inForce(key));
  if (!due.length || due.some(([, times]) => times.length)) return null;
  if (!statement && due.every(([key]) => key.from !== null)) return finding("second-signature-time-unknown");
  return finding("second-signature-missing");
}

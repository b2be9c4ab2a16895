/* (9) Times in order, and the gaps: occurred, captured, logged, anchored. */

import { utf8 } from "../bytes.js";
import { finding, outcome } from "../findings.js";
import { gapParts, instantText, SECOND } from "../instant.js";
import { isAbout, isBroken, isSignedBy, ownSigner } from "../timestamp.js";
import { placeOf } from "./entries.js";

const SLACK = 300n * SECOND;
const DAY = 86400n * SECOND;

export function checkTimes(subject, context) {
  const { events } = subject;
  const readable = events.filter((event) => event.leaf);
  const findings = [];
  for (const event of readable) for (const one of entryFindings(event, context)) findings.push(one);
  for (const one of orderFindings(readable)) findings.push(one);
  for (const one of tokenFindings(subject, context)) findings.push(one);
  const reached = events.length > 0 && events.every((event) => event.leaf && event.proof);
  return outcome(9, findings, reached, () => success(readable, context));
}

function entryFindings(event, context) {
  const { occurred, captured } = event.leaf;
  const where = placeOf(event);
  const found = [];
  if (occurred > captured + SLACK) found.push(finding("occurred-after-capture", where));
  if (context.anchor && captured > context.anchor.time + SLACK) found.push(finding("captured-after-anchor", where));
  const late = (code, statements) => {
    for (const { name, time } of statements) {
      if (captured > time + SLACK) found.push(finding(code, where, { name, time: instantText(time) }));
    }
  };
  late("captured-after-token", context.tokens);
  late("captured-after-witness", context.witnesses);
  return found;
}

function orderFindings(events) {
  const placed = events.filter((event) => event.proof).sort((a, b) => (a.proof.index < b.proof.index ? -1 : a.proof.index > b.proof.index ? 1 : 0));
  const found = [];
  for (let n = 1; n < placed.length; n++) {
    if (placed[n].leaf.captured < placed[n - 1].leaf.captured) {
      found.push(finding("captured-out-of-order", placeOf(placed[n])));
    }
  }
  return found;
}

function tokenFindings(subject, context) {
  const checkpoint = context.checkpoints[0];
  const found = [];
  (subject.material.timestamps || []).forEach((token, n) => {
    const where = {};
    const told = { position: n + 1, detail: "it is not signed by the certificate that it names" };
    if (!checkpoint || !isAbout(token, utf8(checkpoint.text))) return found.push(finding("token-of-another-checkpoint", where, told));
    const signer = ownSigner(token);
    if (isBroken(token) || (signer && !isSignedBy(token, signer))) return found.push(finding("token-invalid", where, told));
    return null;
  });
  return found;
}

export const captureGap = (leaf) => (leaf.captured > leaf.occurred ? leaf.captured - leaf.occurred : 0n);
export const isLate = (leaf) => captureGap(leaf) > DAY;
const largest = (gaps) => gaps.reduce((most, gap) => (gap > most ? gap : most), 0n);

function success(events, context) {
  const late = events.filter((event) => isLate(event.leaf)).length;
  const told = { count: late, ...gapParts(largest(events.map((event) => captureGap(event.leaf)))) };
  const statement = context.statement;
  if (!statement) return finding(late ? "late" : "in-time", {}, told);
  const logged = gapParts(largest(events.map((event) => loggingGap(event.leaf, statement))));
  const more = { name: statement.name, time: instantText(statement.time), logged_days: logged.days, logged_clock: logged.clock };
  return finding(late ? "late-confirmed" : "in-time-confirmed", {}, { ...told, ...more });
}

export const loggingGap = (leaf, statement) => (statement.time > leaf.captured ? statement.time - leaf.captured : 0n);

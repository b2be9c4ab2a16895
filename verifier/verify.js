/* The ten checks over one subject, and the result (docs/spec/verify.md). */

import { checkAnchored } from "./checks/anchored.js";
import { checkComplete } from "./checks/complete.js";
import { checkEntries } from "./checks/entries.js";
import { checkFiles } from "./checks/files.js";
import { checkIncluded } from "./checks/included.js";
import { checkOpened, openAll } from "./checks/opened.js";
import { checkSigned } from "./checks/signed.js";
import { captureGap, checkTimes, isLate, loggingGap } from "./checks/times.js";
import { checkWitnessed } from "./checks/witnessed.js";
import { finding, isFailure, outcome, plain } from "./findings.js";
import { independentTime, tokenStatements, witnessStatements } from "./independent_time.js";
import { instantText, SECOND } from "./instant.js";
import { outOfForce } from "./trust.js";

const ALL = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/* The report of a subject. `trust` and `node` may be null; `now` in microseconds. */
export async function verify(subject, trust, node, now) {
  const context = makeContext(subject, trust, now);
  const parsed = outcome(1, subject.findings, !subject.broken, () => finding("parsed", {}, { count: subject.events.length }));
  context.unread = Boolean(subject.broken) || subject.findings.some(isFailure);
  const entries = await guarded(3, () => checkEntries(subject));
  await guarded(4, () => openAll(subject));
  const anchored = await guarded(8, () => checkAnchored(subject, context, node));
  context.anchor = anchored.anchor || null;
  const settled = await guarded(7, () => context.settle());
  const timed = (n, check) => guarded(n, () => (settled ? unsettled(n, check()) : check()));
  const checks = [
    parsed, await guarded(2, () => checkFiles(subject, context)), entries, await guarded(4, () => checkOpened(subject, context)),
    await guarded(5, () => checkIncluded(subject)), await timed(6, () => checkSigned(subject, context)),
    await timed(7, () => checkWitnessed(subject, context)), anchored.result || anchored, await timed(9, () => checkTimes(subject, context)),
    await guarded(10, () => checkComplete(subject, context)),
  ];
  return reportOf(subject, context, checks);
}

/* An error that is no fault of form (a stack or memory that hostile bytes used up) leaves its own check not reached, which is never
 * passed, and takes no other check, and no failure that one of them found, from the reader. */
async function guarded(n, action) {
  try {
    return await action();
  } catch (error) {
    return outcome(n, [], false);
  }
}

/* Without the independent times a check that asks for them can fail, and cannot pass. */
const unsettled = (n, check) => (check.state === "failed" ? check : outcome(n, [], false));

function makeContext(subject, trust, now) {
  const out = outOfForce(trust, now);
  const { metadata, events, material } = subject;
  const context = { now, trust: out ? null : trust, anchor: null, statement: null, keepers: null, witnesses: [], tokens: [] };
  context.standing = out ? () => finding(out.code, {}, out.date ? { date: instantText(out.date) } : {}) : null;
  context.logOf = (from) => (from && context.trust ? context.trust.logs.find((one) => one.origin === from.origin) : null);
  context.checkpoints = distinct([metadata && metadata.signed, ...events.map((event) => event.proof && event.proof.checkpoint)]);
  context.settle = () => {
    const [own] = context.checkpoints;
    if (!context.trust || !own) return;
    const witnesses = witnessStatements(context.trust, own, now);
    const tokens = tokenStatements(context.trust, own, material.timestamps || [], now);
    const { anchor } = context;
    const statement = independentTime(context.trust, { witnesses, tokens, anchor }, now);
    const keepers = independentTime(context.trust, { witnesses, tokens: [], anchor }, now);
    Object.assign(context, { witnesses, tokens, statement, keepers });
  };
  context.newestStatement = () => {
    const times = [...context.witnesses, ...context.tokens].map((one) => one.time);
    if (context.anchor && context.anchor.grade !== "self-run" && context.anchor.time <= now) times.push(context.anchor.time);
    return times.reduce((most, time) => (most === null || time > most ? time : most), null);
  };
  return context;
}

function distinct(checkpoints) {
  const found = new Map();
  for (const one of checkpoints) if (one && !found.has(one.whole)) found.set(one.whole, one);
  return [...found.values()];
}

function reportOf(subject, context, checks) {
  const failed = checks.some((check) => check.state === "failed");
  const required = context.trust ? context.trust.required : ALL;
  const passed = required.every((n) => checks[n - 1].state === "passed");
  const holds = [1, 3, 5, 6].every((n) => ["passed", "erased"].includes(checks[n - 1].state)) && !failed;
  const since = context.trust && holds ? context.statement : null;
  const { trust } = context;
  return {
    result: failed ? "failed" : passed ? "passed" : "incomplete",
    checks,
    where: checks.flatMap((check) => check.failures.map((one) => placeOf(check.n, one))),
    unaltered_since: since && { time: instantText(since.time), source: since.source, name: since.name, grade: since.grade },
    trust: trust && { issuer: trust.issuer, issuer_vkey: trust.issuer_vkey, version: trust.version, standing: trust.standing },
    times: timesOf(subject, context, since),
  };
}

function placeOf(n, { code, where }) {
  const place = { n, code, ...where };
  for (const name of ["member", "field"]) if (place[name] !== undefined) place[name] = plain(place[name]);
  return place;
}

function timesOf(subject, context, since) {
  const rows = subject.events.filter((event) => event.leaf);
  return rows.map((event) => {
    const { leaf } = event;
    const row = { seq: event.seq === null ? leaf.seq : event.seq, index: event.proof ? Number(event.proof.index) : null };
    Object.assign(row, { type: leaf.type, occurred_at: leaf.occurred_at, captured_at: leaf.captured_at });
    Object.assign(row, { capture_gap: Number(captureGap(leaf) / SECOND), late: isLate(leaf) });
    if (since) {
      const gap = Number(loggingGap(leaf, since) / SECOND);
      Object.assign(row, { logged_at: instantText(since.time), logged_by: since.name, logging_gap: gap });
    }
    if (context.anchor) row.anchored_at = instantText(context.anchor.time);
    return row;
  });
}

/* Independent time: since when somebody other than the lender vouches for a checkpoint (docs/spec/trust.md). */

import { utf8 } from "./bytes.js";
import { cosignaturesBy } from "./cosignature.js";
import { SECOND } from "./instant.js";
import { isAbout, leadsToAuthority } from "./timestamp.js";
import { calledBy } from "./trust.js";

const within = (key, time) => (key.from === null || time >= key.from) && (key.until === null || time < key.until);
const isRevoked = (key, now) => key.revoked !== null && key.revoked <= now;

/* Valid cosignatures by pinned witnesses that lie in their key's window: `[{name, time, key}]`, in order of the trust file. */
export function cosignatures(trust, checkpoint) {
  const found = [];
  for (const key of trust.witnesses) {
    for (const seconds of cosignaturesBy(key.verifier, checkpoint) || []) {
      const time = seconds * SECOND;
      if (seconds !== 0n && within(key, time)) found.push({ name: calledBy(key), time, key });
    }
  }
  return found;
}

/* The first statement of each name, earliest first. */
export function firstOfEach(statements) {
  const first = new Map();
  for (const one of statements) {
    if (!first.has(one.name) || one.time < first.get(one.name).time) first.set(one.name, one);
  }
  return [...first.values()].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/* Statements of tokens about this checkpoint that lead to a pinned authority: `[{name, time}]`. */
export function tokenStatements(trust, checkpoint, tokens, now) {
  const found = [];
  for (const token of tokens) {
    if (!isAbout(token, utf8(checkpoint.text))) continue;
    const allowed = token.time + token.accuracy;
    const latest = allowed < now ? allowed : now;
    for (const authority of trust.authorities) {
      const counts = within(authority, token.time) && !isRevoked(authority, now) && token.time <= now;
      if (counts && leadsToAuthority(token, authority.der)) found.push({ name: authority.name, time: latest });
    }
  }
  return found;
}

export function witnessStatements(trust, checkpoint, now) {
  return cosignatures(trust, checkpoint).filter((one) => one.time <= now && !isRevoked(one.key, now));
}

/* T of a checkpoint: `{time, source, name, grade}` or null. `anchor`: what check (8) confirmed, if it passed. A block that lies ahead of
 * the reader's clock says nothing about the past. */
export function independentTime(trust, { witnesses, tokens, anchor }, now) {
  const candidates = [];
  const named = firstOfEach(witnesses);
  const wanted = Math.max(trust.quorum, 1);
  if (named.length >= wanted) {
    const { time, name } = named[wanted - 1];
    candidates.push({ time, source: "witness", name, grade: "witness" });
  }
  for (const { time, name } of tokens) candidates.push({ time, source: "timestamp-authority", name, grade: "timestamp-authority" });
  if (anchor && anchor.grade !== "self-run" && anchor.time <= now) {
    candidates.push({ time: anchor.time, source: "chain", name: "chain " + anchor.chainId, grade: anchor.grade });
  }
  return candidates.reduce((best, one) => (best === null || one.time < best.time ? one : best), null);
}

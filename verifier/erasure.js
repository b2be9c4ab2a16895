/* Erased entries: what they read, and the log's own entry that says so too (docs/spec/erasure.md, Erased entries). */

import { utf8 } from "./bytes.js";
import { attempt, must } from "./fault.js";
import { finding } from "./findings.js";
import { exactly, isText, parseCanonical } from "./json.js";
import { parseLeaf } from "./leaf.js";
import { leadsTo, leafHash } from "./merkle.js";
import { parseProof } from "./proof.js";

const TYPE = "subject.erased";
const SHOWN = 20;

export function parseErasure(bytes) {
  const value = exactly(parseCanonical(bytes), ["v", "kind", "entry", "proof"], "erasure");
  must(value.v === 1 && value.kind === "proofdocket.erasure", "another kind of erasure");
  must(isText(value.entry) && isText(value.proof), "erasure");
  const raw = utf8(value.entry);
  const leaf = attempt(() => parseLeaf(raw));
  must(leaf, "the entry of an erasure");
  return { raw, leaf, proof: parseProof(utf8(value.proof)) };
}

const erasedEvents = (subject) => subject.events.filter((event) => event.opening && event.opening.erased);
const numberOf = (event) => (event.seq === null ? event.proof && event.proof.index : event.seq);

function listed(events) {
  const shown = events.slice(0, SHOWN).map(numberOf).join(", ");
  return events.length > SHOWN ? shown + " …" : shown;
}

/* Later entries of the loan that say that content was erased: packaged ones, and that of the material. */
function witnesses(subject) {
  const found = subject.events.map((event) => event.leaf).filter((leaf) => leaf && leaf.type === TYPE);
  const { erasure } = subject.material;
  if (erasure && erasure.leaf.type === TYPE) {
    const { proof, raw } = erasure;
    const here = subject.events.some((event) => event.proof && event.proof.checkpoint.whole === proof.checkpoint.whole);
    if (here && leadsTo(leafHash(raw), proof.index, proof.checkpoint.size, proof.path, proof.checkpoint.root)) found.push(erasure.leaf);
  }
  return found;
}

const says = (leaf, event) =>
  event.leaf && leaf.institution === event.leaf.institution && leaf.loan === event.leaf.loan && leaf.seq > event.leaf.seq;

/* What checks (2) to (4) read where some entry is erased, or null where none is. */
export function erasedFinding(subject, code, opened = 0) {
  const erased = erasedEvents(subject);
  if (!erased.length) return null;
  const support = witnesses(subject);
  const alone = erased.filter((event) => !support.some((leaf) => says(leaf, event)));
  if (alone.length) return finding("erasure-unsupported", {}, { count: alone.length, which: listed(alone) });
  const { at, reason } = erased[0].opening.erased;
  return finding(code, {}, { erased: erased.length, count: subject.events.length, at, reason, opened, which: listed(erased) });
}

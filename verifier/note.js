/* C2SP signed notes and verifier keys (docs/spec/checkpoint.md, Signed note). */

import { fromBase64, hex, join, same, textOf, utf8 } from "./bytes.js";
import { attempt, must } from "./fault.js";
import { sha256 } from "./hashes.js";
import { verifyEd25519 } from "./signature.js";

export const ED25519 = 1;
export const COSIGNATURE = 4;
export const ML_DSA = 6;
const LENGTHS = { [ED25519]: 32, [COSIGNATURE]: 32, [ML_DSA]: 1312 };
const NAME = /^[^\s+]+$/u;
const MOST = 1000000;

/* A key that verifies: name, algorithm byte, public key, key ID. */
export function parseVerifierKey(text) {
  must(typeof text === "string", "not a verifier key");
  const [, name, id, base] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(text) || [];
  must(name && NAME.test(name), "not a verifier key");
  const raw = fromBase64(base);
  must(raw.length > 1, "not a verifier key");
  const key = { text, name, kind: raw[0], key: raw.subarray(1), id: keyId(name, raw) };
  must(LENGTHS[key.kind] === key.key.length, "a verifier key of another kind");
  must(hex(key.id) === id, "a verifier key with another key ID");
  return key;
}

const keyId = (name, raw) => sha256(join(utf8(name + "\n"), raw)).subarray(0, 4);

/* Text and signatures of a note: `{text, signatures: [{name, id, signature}]}`. */
export function parseNote(bytes) {
  must(bytes.length <= MOST, "the note is too long");
  const whole = textOf(bytes);
  must(whole.endsWith("\n"), "the note has no final newline");
  const cut = whole.lastIndexOf("\n\n");
  must(cut >= 0, "the note has no signatures");
  const text = whole.slice(0, cut + 1);
  must(!/[\x00-\x09\x0b-\x1f]/.test(text), "the note holds a control character");
  const lines = whole.slice(cut + 2, -1).split("\n");
  must(whole.length > cut + 2 && lines.length <= 100, "the note has no signature, or too many");
  return { text, signatures: lines.map(signatureOf), whole };
}

function signatureOf(line) {
  const [, name, base] = /^\u2014 ([^ ]+) ([^ ]+)$/u.exec(line) || [];
  must(name && NAME.test(name), "a signature line is malformed");
  const raw = fromBase64(base);
  must(raw.length > 4, "a signature is too short");
  return { name, id: raw.subarray(0, 4), signature: raw.subarray(4) };
}

/* The note's signature lines by this key's name and key ID. */
export const linesBy = (note, key) => note.signatures.filter((one) => one.name === key.name && same(one.id, key.id));

/* Whether a key signed a note: true, false (a line by it does not hold), or null (no line by it). */
export function signedBy(note, key) {
  const lines = linesBy(note, key);
  if (!lines.length) return null;
  const message = utf8(note.text);
  return lines.every((line) => verifyEd25519(key.key, message, line.signature));
}

export const tryNote = (bytes) => attempt(() => parseNote(bytes));

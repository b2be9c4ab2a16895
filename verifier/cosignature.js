/* Cosignatures of witnesses, and the log's own ML-DSA-44 signature, which has the same form (docs/spec/witness.md). */

import { bigEndian, join, numberOf, utf8 } from "./bytes.js";
import { LATEST, SECOND } from "./instant.js";
import { COSIGNATURE, linesBy, ML_DSA } from "./note.js";
import { verifyEd25519, verifyMlDsa44 } from "./signature.js";

const BEYOND = LATEST / SECOND;

/* The stated time in whole seconds, 0n for none, or null where the line is no good cosignature of this checkpoint. */
export function timeOf(line, key, checkpoint) {
  if (line.signature.length < 8) return null;
  const stamp = line.signature.subarray(0, 8);
  const time = numberOf(stamp);
  if (time >= BEYOND) return null;
  const signature = line.signature.subarray(8);
  if (key.kind === COSIGNATURE) {
    const message = utf8("cosignature/v1\ntime " + time + "\n" + checkpoint.text);
    return verifyEd25519(key.key, message, signature) ? time : null;
  }
  if (key.kind !== ML_DSA) return null;
  const named = (text) => {
    const raw = utf8(text);
    return raw.length >= 1 && raw.length <= 255 ? join(Uint8Array.of(raw.length), raw) : null;
  };
  const [name, origin] = [named(key.name), named(checkpoint.origin)];
  if (!name || !origin) return null;
  const parts = [utf8("subtree/v1\n\0"), name, stamp, origin, new Uint8Array(8), bigEndian(checkpoint.size, 8)];
  return verifyMlDsa44(key.key, join(...parts, checkpoint.root), signature) ? time : null;
}

/* `[{time}]` of the lines by this key, or null where one of them does not hold. */
export function cosignaturesBy(key, checkpoint) {
  const times = linesBy(checkpoint.note, key).map((line) => timeOf(line, key, checkpoint));
  return times.includes(null) ? null : times;
}

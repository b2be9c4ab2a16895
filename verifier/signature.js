/* Ed25519 as docs/spec/checkpoint.md asks: RFC 8032 5.1.7 without cofactor, S below the order, R compared byte by byte. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { hex, join, same } from "./bytes.js";
import { sha256, sha512 } from "./hashes.js";

const Point = ed25519.Point;
const ORDER = Point.CURVE().n;
const points = new Map();

function pointOf(key) {
  const name = String(key);
  if (!points.has(name)) {
    try {
      points.set(name, Point.fromBytes(key, true));
    } catch (error) {
      points.set(name, null); // no point of the curve: nothing verifies under it
    }
  }
  return points.get(name);
}

const little = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/* Verdicts that were reached: packages of one batch stand under the same checkpoint and cosignatures. */
const known = new Map();

function remembered(key, message, signature, decide) {
  const name = hex(sha256(join(key, signature, message)));
  if (!known.has(name)) {
    if (known.size > 4096) known.clear();
    known.set(name, decide());
  }
  return known.get(name);
}

export function verifyEd25519(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  return remembered(key, message, signature, () => ed25519Holds(key, message, signature));
}

function ed25519Holds(key, message, signature) {
  const point = pointOf(key);
  const s = little(signature.subarray(32));
  if (!point || s >= ORDER) return false;
  const k = little(sha512(join(signature.subarray(0, 32), key, message))) % ORDER;
  const expected = Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k));
  return same(expected.toBytes(), signature.subarray(0, 32));
}

export function verifyMlDsa44(key, message, signature) {
  if (key.length !== 1312 || signature.length !== 2420) return false;
  return remembered(key, message, signature, () => ml_dsa44.verify(signature, message, key));
}

/* Ed25519 as docs/spec/checkpoint.md asks: RFC 8032 5.1.7 without cofactor, S below the order, R compared byte by byte. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { join, same } from "./bytes.js";
import { sha512 } from "./hashes.js";

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

export function verifyEd25519(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const point = pointOf(key);
  const s = little(signature.subarray(32));
  if (!point || s >= ORDER) return false;
  const k = little(sha512(join(signature.subarray(0, 32), key, message))) % ORDER;
  const expected = Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k));
  return same(expected.toBytes(), signature.subarray(0, 32));
}

export function verifyMlDsa44(key, message, signature) {
  if (key.length !== 1312 || signature.length !== 2420) return false;
  return ml_dsa44.verify(signature, message, key);
}

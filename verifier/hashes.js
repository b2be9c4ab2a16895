/* Digests: SHA-2 and Keccak by noble, SM3 (GB/T 32905-2016) and CRC-32 here. A digest of large bytes is made once. */

import { sha256 as sha256Of, sha384, sha512 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { hex } from "./bytes.js";

export { sha384, sha512 };

const made = new WeakMap();

export function sha256(bytes) {
  if (bytes.length < 65536) return sha256Of(bytes);
  if (!made.has(bytes)) made.set(bytes, sha256Of(bytes));
  return made.get(bytes);
}

/* A digest that the browser made faster, for `sha256` to find. */
export const remember = (bytes, digest) => made.set(bytes, digest);

export const sha256Hex = (bytes) => hex(sha256(bytes));
export const keccak256 = (bytes) => keccak_256(bytes);

const W = new Int32Array(68);
const T = new Int32Array(64);
for (let j = 0; j < 64; j++) {
  const constant = j < 16 ? 0x79cc4519 : 0x7a879d8a;
  T[j] = j % 32 ? (constant << (j % 32)) | (constant >>> (32 - (j % 32))) : constant;
}

/* One block; the first sixteen rounds have their own functions, and a loop of their own, which is faster than asking in each. */
function block(v, bytes, at) {
  for (let j = 0; j < 16; j++, at += 4) {
    W[j] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let j = 16; j < 68; j++) {
    const x = W[j - 16] ^ W[j - 9] ^ ((W[j - 3] << 15) | (W[j - 3] >>> 17));
    W[j] =
      x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9)) ^ ((W[j - 13] << 7) | (W[j - 13] >>> 25)) ^ W[j - 6];
  }
  let a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7];
  let j = 0;
  for (; j < 16; j++) {
    const a12 = (a << 12) | (a >>> 20);
    const sum = (a12 + e + T[j]) | 0;
    const ss1 = (sum << 7) | (sum >>> 25);
    const tt1 = ((a ^ b ^ c) + d + (ss1 ^ a12) + (W[j] ^ W[j + 4])) | 0;
    const tt2 = ((e ^ f ^ g) + h + ss1 + W[j]) | 0;
    d = c;
    c = (b << 9) | (b >>> 23);
    b = a;
    a = tt1;
    h = g;
    g = (f << 19) | (f >>> 13);
    f = e;
    e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
  }
  for (; j < 64; j++) {
    const a12 = (a << 12) | (a >>> 20);
    const sum = (a12 + e + T[j]) | 0;
    const ss1 = (sum << 7) | (sum >>> 25);
    const tt1 = (((a & b) | (c & (a | b))) + d + (ss1 ^ a12) + (W[j] ^ W[j + 4])) | 0;
    const tt2 = ((g ^ (e & (f ^ g))) + h + ss1 + W[j]) | 0;
    d = c;
    c = (b << 9) | (b >>> 23);
    b = a;
    a = tt1;
    h = g;
    g = (f << 19) | (f >>> 13);
    f = e;
    e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
  }
  v[0] ^= a;
  v[1] ^= b;
  v[2] ^= c;
  v[3] ^= d;
  v[4] ^= e;
  v[5] ^= f;
  v[6] ^= g;
  v[7] ^= h;
}

export function sm3(bytes) {
  const v = new Int32Array([
    0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
  ]);
  const whole = bytes.length - (bytes.length % 64);
  for (let at = 0; at < whole; at += 64) block(v, bytes, at);
  const rest = bytes.length - whole;
  const tail = new Uint8Array(rest < 56 ? 64 : 128);
  tail.set(bytes.subarray(whole));
  tail[rest] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(tail.length - 4, (bytes.length << 3) >>> 0);
  for (let at = 0; at < tail.length; at += 64) block(v, tail, at);
  const digest = new DataView(new ArrayBuffer(32));
  v.forEach((word, n) => digest.setInt32(4 * n, word));
  return new Uint8Array(digest.buffer);
}

const TABLES = Array.from({ length: 8 }, () => new Int32Array(256));
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  TABLES[0][n] = c;
}
for (let t = 1; t < 8; t++) {
  for (let n = 0; n < 256; n++) TABLES[t][n] = (TABLES[t - 1][n] >>> 8) ^ TABLES[0][TABLES[t - 1][n] & 255];
}

export function crc32(bytes) {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let c = -1;
  let at = 0;
  for (const end = bytes.length - 7; at < end; at += 8) {
    const low = c ^ (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
    c =
      t7[low & 255] ^ t6[(low >>> 8) & 255] ^ t5[(low >>> 16) & 255] ^ t4[low >>> 24] ^
      t3[bytes[at + 4]] ^ t2[bytes[at + 5]] ^ t1[bytes[at + 6]] ^ t0[bytes[at + 7]];
  }
  for (; at < bytes.length; at++) c = t0[(c ^ bytes[at]) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}

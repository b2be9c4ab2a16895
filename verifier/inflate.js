/* DEFLATE in memory, with a ceiling: exactly one stream, of exactly the length that was stated (RFC 1951). */

import { Inflate } from "pako";
import { Fault, must } from "./fault.js";

/* `options` of pako: `{raw: true}` for a ZIP member. `most`: where to give up. Returns `{bytes, used}`. */
export function inflate(packed, most, options) {
  const chunks = [];
  let length = 0;
  const stream = new Inflate({ ...options, chunkSize: Math.max(1024, Math.min(most + 1, 1 << 20)) });
  stream.onData = (chunk) => {
    length += chunk.length;
    if (length > most) throw new Fault("a stream grows beyond its limit", "too-long");
    chunks.push(chunk);
  };
  stream.push(packed, true);
  must(stream.ended && !stream.err, "a deflated stream is damaged");
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { bytes, used: packed.length - stream.strm.avail_in };
}

/* A zlib stream (RFC 1950) at the front of `packed`; what follows it does not count. */
export function inflateZlib(packed, most) {
  const head = packed.length > 2 && (packed[0] & 15) === 8 && packed[0] >> 4 <= 7 && !(packed[1] & 32);
  must(head && (packed[0] * 256 + packed[1]) % 31 === 0, "no zlib stream");
  const { bytes, used } = inflate(packed.subarray(2), most, { raw: true });
  let [a, b] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    for (const end = Math.min(at + 3800, bytes.length); at < end; at++) b += a += bytes[at];
    a %= 65521;
    b %= 65521;
  }
  const sum = [b >> 8, b & 255, a >> 8, a & 255];
  must(sum.every((byte, n) => packed[2 + used + n] === byte), "a zlib stream is damaged");
  return bytes;
}

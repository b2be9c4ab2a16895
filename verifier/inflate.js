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

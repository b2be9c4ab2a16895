/* DEFLATE in memory, with a ceiling: one raw stream (RFC 1951), or one in a zlib frame. */

import zlib from "pako/lib/zlib/inflate.js";
import ZStream from "pako/lib/zlib/zstream.js";
import { join } from "./bytes.js";
import { must } from "./fault.js";

const OK = 0;
const END = 1;
const RAW = -15;

/* `most`: where to give up. Returns `{bytes, used}`: what came out, and how many bytes of `packed` it took. */
export function inflate(packed, most) {
  const stream = new ZStream();
  zlib.inflateInit2(stream, RAW);
  Object.assign(stream, { input: packed, next_in: 0, avail_in: packed.length });
  const chunks = [];
  let length = 0;
  for (let status = OK; status !== END; ) {
    const output = new Uint8Array(Math.max(1024, Math.min(most - length + 1, 1 << 20)));
    Object.assign(stream, { output, next_out: 0, avail_out: output.length });
    status = zlib.inflate(stream, OK);
    length += stream.next_out;
    must(length <= most, "a stream grows beyond its limit", "too-long");
    chunks.push(output.subarray(0, stream.next_out));
    must(status === END || (status === OK && stream.avail_out === 0), "a deflated stream is damaged");
  }
  return { bytes: join(...chunks), used: packed.length - stream.avail_in };
}

/* A zlib stream (RFC 1950) at the front of `packed`; what follows it does not count. */
export function inflateZlib(packed, most) {
  const head = packed.length > 2 && (packed[0] & 15) === 8 && packed[0] >> 4 <= 7 && !(packed[1] & 32);
  must(head && (packed[0] * 256 + packed[1]) % 31 === 0, "no zlib stream");
  const { bytes, used } = inflate(packed.subarray(2), most);
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

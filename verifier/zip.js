/* The container: a ZIP in memory, read strictly, and whether it has its one spelling (docs/spec/package.md, Container). */

import { inOrder, same, utf8 } from "./bytes.js";
import { Fault, must } from "./fault.js";
import { crc32 } from "./hashes.js";
import { inflate } from "./inflate.js";

const MALFORMED = "container-malformed";
const UNSAFE = "container-unsafe";
const TOO_LARGE = "container-too-large";
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_MEMBERS = 20000;
const MOST_UNASKED = 1 << 20;
const NAME = /^[!-~]+$/;

/* Members by name, and `original`: whether these bytes are the one spelling. What is wrong is found in the order of the spec. */
export function readZip(bytes) {
  must(bytes.length <= MOST_BYTES, "the file is larger than 512 MiB", TOO_LARGE);
  const end = endRecord(bytes);
  const members = new Map();
  const names = new Set();
  let at = 0;
  for (const entry of directory(bytes, end).sort((a, b) => a.offset - b.offset)) {
    must(entry.offset === at, "entries do not adjoin", MALFORMED);
    must(!names.has(entry.name), "the name " + entry.name + " stands twice", UNSAFE);
    names.add(entry.name);
    const { data, next } = localEntry(bytes, entry, end.start);
    const content = contentOf(entry, data);
    at = next;
    if (entry.name.endsWith("/")) must(content.length === 0, entry.name + " is a folder with content", UNSAFE);
    else members.set(entry.name, content);
  }
  must(at === end.start, "something lies between the last entry and the directory", MALFORMED);
  return { members, original: () => isOriginal(bytes, members) };
}

function endRecord(bytes) {
  const at = bytes.length - 22;
  must(at >= 0, "no end record", MALFORMED);
  const view = viewOf(bytes);
  const [disk, first, here, count, comment] = [4, 6, 8, 10, 20].map((offset) => view.getUint16(at + offset, true));
  const size = view.getUint32(at + 12, true);
  const start = view.getUint32(at + 16, true);
  must(view.getUint32(at, true) === 0x06054b50 && !comment, "the last 22 bytes are no end record", MALFORMED);
  must(!disk && !first && here === count, "the end record is not that of one whole file", MALFORMED);
  must(start + size === at, "the directory does not lie right before its end record", MALFORMED);
  must(count <= MOST_MEMBERS, "more than 20,000 members", TOO_LARGE);
  return { start, count, at };
}

function directory(bytes, end) {
  const view = viewOf(bytes);
  const entries = [];
  let at = end.start;
  let stated = 0;
  for (let n = 0; n < end.count; n++) {
    must(at + 46 <= end.at, "the directory is cut", MALFORMED);
    const entry = centralEntry(bytes, view, at, end.at);
    at = entry.next;
    stated += entry.size;
    must(stated <= MOST_BYTES, "the members together are larger than 512 MiB", TOO_LARGE);
    must(entry.size <= MOST_UNASKED || entry.size <= entry.packed * 100, entry.name + " grows too much", TOO_LARGE);
    entries.push(entry);
  }
  must(at === end.at, "something lies between directory and end record", MALFORMED);
  return entries;
}

function centralEntry(bytes, view, at, limit) {
  const u16 = (offset) => view.getUint16(at + offset, true);
  const u32 = (offset) => view.getUint32(at + offset, true);
  const next = at + 46 + u16(28) + u16(30) + u16(32);
  must(u32(0) === 0x02014b50 && next <= limit && u16(34) === 0, "the directory is cut", MALFORMED);
  const raw = bytes.subarray(at + 46, at + 46 + u16(28));
  const entry = { raw, name: nameOf(raw), flags: u16(8), method: u16(10), packed: u32(20), size: u32(24), offset: u32(42), next };
  must((entry.flags & 0x2041) === 0, entry.name + " is encrypted", UNSAFE);
  must([entry.packed, entry.size, entry.offset].every((value) => value < 0xffffffff), "ZIP64", MALFORMED);
  must(entry.method === 0 || entry.method === 8, entry.name + " is packed by an unknown method", MALFORMED);
  const kind = (u32(38) >>> 16) & 0xf000;
  must([0, 0x8000, 0x4000].includes(kind), entry.name + " is a link or device", UNSAFE);
  must(kind !== 0x4000 || entry.name.endsWith("/"), entry.name + " is a folder by its mode", UNSAFE);
  return entry;
}

function nameOf(raw) {
  let name = "";
  for (const byte of raw) name += String.fromCharCode(byte);
  const parts = name.replace(/\/$/, "").split("/");
  const safe = NAME.test(name) && !/[\\:]/.test(name) && parts.every((part) => part && part !== "." && part !== "..");
  must(safe, "a member is named " + JSON.stringify(name), UNSAFE);
  return name;
}

/* The packed bytes of an entry, and where the next one begins: behind its data descriptor, where it has one. */
function localEntry(bytes, entry, limit) {
  const view = viewOf(bytes);
  const at = entry.offset;
  const wrong = entry.name + ": its own header is not there or says something else";
  must(at + 30 <= limit && view.getUint32(at, true) === 0x04034b50, wrong, MALFORMED);
  const [flags, method, named, extra] = [6, 8, 26, 28].map((offset) => view.getUint16(at + offset, true));
  const start = at + 30 + named + extra;
  const end = start + entry.packed;
  must(end <= limit, wrong, MALFORMED);
  must(flags === entry.flags && method === entry.method && same(bytes.subarray(at + 30, at + 30 + named), entry.raw), wrong, MALFORMED);
  const marked = end + 4 <= bytes.length && view.getUint32(end, true) === 0x08074b50;
  return { data: bytes.subarray(start, end), next: flags & 8 ? end + (marked ? 16 : 12) : end };
}

function contentOf(entry, data) {
  if (entry.method === 0) {
    must(entry.size === entry.packed, entry.name + " is not as long as stated", MALFORMED);
    return data;
  }
  let made;
  try {
    made = inflate(data, entry.size);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(entry.name + ": " + error.message, MALFORMED);
  }
  const whole = made.bytes.length === entry.size && made.used === data.length;
  must(whole, entry.name + " is not as long as stated", MALFORMED);
  return made.bytes;
}

/* Whether the container, built anew from its members, has the same bytes: compared header by header, nothing is copied. */
function isOriginal(bytes, members) {
  const central = [];
  let at = 0;
  const expect = (part) => {
    const equal = at + part.length <= bytes.length && same(bytes.subarray(at, at + part.length), part);
    at += part.length;
    return equal;
  };
  for (const name of inOrder(members.keys())) {
    const content = members.get(name);
    const crc = crc32(content);
    const start = at;
    if (!expect(header(0x04034b50, false, name, content.length, crc, 0))) return false;
    if (content.byteOffset !== bytes.byteOffset + at || content.buffer !== bytes.buffer) {
      if (!same(content, bytes.subarray(at, at + content.length))) return false;
    }
    at += content.length;
    central.push(header(0x02014b50, true, name, content.length, crc, start));
  }
  const start = at;
  if (!central.every(expect)) return false;
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, central.length, true);
  end.setUint16(10, central.length, true);
  end.setUint32(12, at - start, true);
  end.setUint32(16, start, true);
  return expect(new Uint8Array(end.buffer)) && at === bytes.length;
}

function header(signature, central, name, size, crc, offset) {
  const fixed = central ? 46 : 30;
  const bytes = new Uint8Array(fixed + name.length);
  const view = viewOf(bytes);
  view.setUint32(0, signature, true);
  let at = 4;
  if (central) view.setUint16(at, 0x0314, true), (at += 2);
  view.setUint16(at, 20, true);
  view.setUint16(at + 8, 0x0021, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name.length, true);
  if (central) view.setUint32(38, (0o100644 << 16) >>> 0, true), view.setUint32(42, offset, true);
  bytes.set(utf8(name), fixed);
  return bytes;
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

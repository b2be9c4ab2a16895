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
const NAME = /^[!-~]+$/;

/* Members by name, `Map` in the order of the directory, and `original`: whether these bytes are the one spelling. */
export function readZip(bytes) {
  must(bytes.length <= MOST_BYTES, "the file is larger than 512 MiB", TOO_LARGE);
  const end = endRecord(bytes);
  const entries = directory(bytes, end);
  const members = new Map();
  const spans = entries.map((entry) => ({ entry, ...localEntry(bytes, entry, end.start) }));
  adjoin(bytes, spans, end.start);
  for (const { entry, data } of spans) {
    if (entry.name.endsWith("/")) continue;
    members.set(entry.name, contentOf(entry, data));
  }
  return { members, original: () => isOriginal(bytes, members) };
}

function endRecord(bytes) {
  const at = bytes.length - 22;
  must(at >= 0, "no end record", MALFORMED);
  const view = viewOf(bytes);
  must(view.getUint32(at, true) === 0x06054b50, "the last 22 bytes are no end record", MALFORMED);
  const [disk, first, here, count, comment] = [4, 6, 8, 10, 20].map((offset) => view.getUint16(at + offset, true));
  const size = view.getUint32(at + 12, true);
  const start = view.getUint32(at + 16, true);
  must(count <= MOST_MEMBERS, "more than 20,000 members", TOO_LARGE);
  must(!disk && !first && here === count && !comment, "the end record is not that of one whole file", MALFORMED);
  must(start + size === at, "the directory does not lie right before its end record", MALFORMED);
  return { start, count, at };
}

function directory(bytes, end) {
  const view = viewOf(bytes);
  const entries = [];
  const names = new Set();
  let at = end.start;
  let stated = 0;
  for (let n = 0; n < end.count; n++) {
    must(at + 46 <= end.at && view.getUint32(at, true) === 0x02014b50, "the directory is cut", MALFORMED);
    const entry = centralEntry(bytes, view, at, end.at);
    at = entry.next;
    must(!names.has(entry.name), "the name " + entry.name + " stands twice", UNSAFE);
    names.add(entry.name);
    stated += entry.size;
    must(stated <= MOST_BYTES, "the members together are larger than 512 MiB", TOO_LARGE);
    entries.push(entry);
  }
  must(at === end.at, "something lies between directory and end record", MALFORMED);
  return entries;
}

function centralEntry(bytes, view, at, limit) {
  const u16 = (offset) => view.getUint16(at + offset, true);
  const u32 = (offset) => view.getUint32(at + offset, true);
  const next = at + 46 + u16(28) + u16(30) + u16(32);
  must(next <= limit, "the directory is cut", MALFORMED);
  const raw = bytes.subarray(at + 46, at + 46 + u16(28));
  const entry = { raw, flags: u16(8), method: u16(10), crc: u32(16), packed: u32(20), size: u32(24), next };
  entry.offset = u32(42);
  entry.mode = u32(38) >>> 16;
  entry.name = nameOf(raw);
  must((entry.flags & 0x2041) === 0, entry.name + " is encrypted", UNSAFE);
  const kind = entry.mode & 0xf000;
  must([0, 0x8000, 0x4000].includes(kind), entry.name + " is a link or device", UNSAFE);
  must(kind !== 0x4000 || entry.name.endsWith("/"), entry.name + " is a folder by its mode", UNSAFE);
  must(entry.method === 0 || entry.method === 8, entry.name + " is packed by an unknown method", MALFORMED);
  must(u16(34) === 0, entry.name + " lies on another disk", MALFORMED);
  must(entry.packed < 0xffffffff && entry.size < 0xffffffff && entry.offset < 0xffffffff, "ZIP64", MALFORMED);
  if (entry.name.endsWith("/")) must(entry.size === 0, entry.name + " is a folder with content", UNSAFE);
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

function localEntry(bytes, entry, limit) {
  const view = viewOf(bytes);
  const at = entry.offset;
  const wrong = entry.name + ": its own header is not there or says something else";
  must(at + 30 <= limit && view.getUint32(at, true) === 0x04034b50, wrong, MALFORMED);
  const flags = view.getUint16(at + 6, true);
  const method = view.getUint16(at + 8, true);
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  must(start + entry.packed <= limit, wrong, MALFORMED);
  const name = bytes.subarray(at + 30, at + 30 + view.getUint16(at + 26, true));
  must(flags === entry.flags && method === entry.method && same(name, entry.raw), wrong, MALFORMED);
  return { at, data: bytes.subarray(start, start + entry.packed), end: start + entry.packed };
}

/* No byte lies before, between or after the entries, other than a data descriptor that says what the directory says. */
function adjoin(bytes, spans, limit) {
  const sorted = [...spans].sort((a, b) => a.at - b.at);
  let at = 0;
  sorted.forEach(({ entry, at: start, end }, n) => {
    must(start === at, "entries do not adjoin", MALFORMED);
    const next = n + 1 < sorted.length ? sorted[n + 1].at : limit;
    at = end;
    if (entry.flags & 8) at = descriptorEnd(bytes, entry, end, next);
  });
  must(at === limit, "something lies between the last entry and the directory", MALFORMED);
}

function descriptorEnd(bytes, entry, at, next) {
  const length = next - at;
  must(length === 12 || length === 16, entry.name + " has no data descriptor", MALFORMED);
  const view = viewOf(bytes);
  must(length === 12 || view.getUint32(at, true) === 0x08074b50, entry.name + " has no data descriptor", MALFORMED);
  return next;
}

function contentOf(entry, data) {
  must(entry.size <= 1048576 || entry.size <= entry.packed * 100, entry.name + " grows too much", TOO_LARGE);
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

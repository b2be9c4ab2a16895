/* The one attachment evidence.json of a PDF, read by a small reader (docs/spec/package.md, Twin). */

import { Fault, must } from "./fault.js";
import { inflateZlib } from "./inflate.js";

const MALFORMED = "pdf-malformed";
const NONE = "pdf-no-evidence";
const MOST = 64 * 1024 * 1024;
const MOST_FILES = 1000;
const MOST_OBJECTS = 1000000;
const SPACE = " \t\n\r\f\0";
const DELIMITERS = "()<>[]{}/%";

class Name {
  constructor(text) {
    this.text = text;
  }
}
class Reference {
  constructor(number, generation) {
    Object.assign(this, { number, generation });
  }
}
class Stream {
  constructor(dictionary, start) {
    Object.assign(this, { dictionary, start });
  }
}

export function evidenceOfPdf(bytes) {
  const file = new PdfFile(bytes);
  const root = file.dictionary(file.trailer.get("Root"), "the catalogue");
  const names = file.value(root.get("Names"));
  if (!(names instanceof Map)) throw new Fault("no names", NONE);
  const files = file.value(names.get("EmbeddedFiles"));
  if (!(files instanceof Map)) throw new Fault("no embedded files", NONE);
  must(!files.has("Kids"), "embedded files in a tree of names", MALFORMED);
  const list = file.value(files.get("Names"));
  must(Array.isArray(list) && list.length % 2 === 0, "the list of embedded files", MALFORMED);
  must(list.length / 2 <= MOST_FILES, "too many embedded files", MALFORMED);
  const found = [];
  for (let n = 0; n < list.length; n += 2) {
    const entry = file.dictionary(list[n + 1], "an embedded file");
    const names = [list[n], entry.get("F"), entry.get("UF")].map((one) => textOfString(file.value(one)));
    if (names.includes("evidence.json")) found.push(entry);
  }
  if (!found.length) throw new Fault("no evidence.json", NONE);
  must(found.length === 1, "more than one evidence.json", MALFORMED);
  const contents = file.dictionary(found[0].get("EF"), "an embedded file");
  return file.stream(contents.get("F"));
}

function textOfString(value) {
  if (!Array.isArray(value) || !value.isString) return null;
  if (value[0] === 0xfe && value[1] === 0xff) {
    let text = "";
    for (let n = 2; n + 1 < Math.min(value.length, 130); n += 2) text += String.fromCharCode(value[n] * 256 + value[n + 1]);
    return text + (value.length > 130 ? "…" : "");
  }
  return String.fromCharCode(...value.slice(0, 64)) + (value.length > 64 ? "…" : "");
}

class PdfFile {
  constructor(bytes) {
    this.bytes = bytes;
    this.places = new Map();
    this.objects = new Map();
    must(this.at(0, "%PDF-"), "no PDF header", MALFORMED);
    this.trailer = this.tables(this.startxref());
    must(!this.trailer.has("Encrypt"), "an encrypted PDF", MALFORMED);
  }

  at(place, word) {
    for (let n = 0; n < word.length; n++) if (this.bytes[place + n] !== word.charCodeAt(n)) return false;
    return true;
  }

  startxref() {
    const from = Math.max(0, this.bytes.length - 2048);
    for (let at = this.bytes.length - 9; at >= from; at--) {
      if (!this.at(at, "startxref")) continue;
      const reader = new PdfReader(this.bytes, at + 9);
      const value = reader.value(0);
      must(Number.isInteger(value), "startxref", MALFORMED);
      reader.white();
      must(this.at(reader.place, "%%EOF"), "no end of file", MALFORMED);
      reader.place += 5;
      reader.white();
      must(reader.place === this.bytes.length, "something follows the end of the file", MALFORMED);
      return value;
    }
    throw new Fault("no startxref", MALFORMED);
  }

  tables(first) {
    const seen = new Set();
    let newest = null;
    for (let place = first; place !== undefined; ) {
      must(Number.isInteger(place) && place >= 0 && place < this.bytes.length && !seen.has(place), "a cross-reference table", MALFORMED);
      must(seen.size < 1000, "too many updates", MALFORMED);
      seen.add(place);
      const trailer = this.table(place);
      newest = newest || trailer;
      must(!trailer.has("XRefStm"), "a hybrid cross-reference", MALFORMED);
      place = trailer.get("Prev");
    }
    return newest;
  }

  table(place) {
    const reader = new PdfReader(this.bytes, place);
    must(reader.word() === "xref", "no plain cross-reference table", MALFORMED);
    for (;;) {
      const word = reader.word();
      if (word === "trailer") break;
      const count = reader.word();
      must(/^\d{1,10}$/.test(word) && /^\d{1,7}$/.test(count) && Number(count) <= MOST_OBJECTS, "a cross-reference table", MALFORMED);
      for (let n = 0; n < Number(count); n++) {
        const [, offset, generation, use] = reader.entry();
        const number = Number(word) + n;
        if (!this.places.has(number)) this.places.set(number, use === "n" ? [Number(offset), Number(generation)] : null);
      }
    }
    const trailer = reader.value(0);
    must(trailer instanceof Map, "no trailer", MALFORMED);
    return trailer;
  }

  /* Each object is read once, however often it is named. */
  object(reference) {
    const key = reference.number + " " + reference.generation;
    if (!this.objects.has(key)) this.objects.set(key, this.readObject(reference));
    return this.objects.get(key);
  }

  readObject(reference) {
    const place = this.places.get(reference.number);
    must(place && place[1] === reference.generation, "an object is not there", MALFORMED);
    const reader = new PdfReader(this.bytes, place[0]);
    must(/^\d$/.test(reader.char()), "an object is elsewhere", MALFORMED);
    const head = [reader.word(), reader.word(), reader.word()];
    must(head[0] === String(reference.number) && head[1] === String(reference.generation) && head[2] === "obj", "an object is elsewhere", MALFORMED);
    const value = reader.value(0);
    if (value instanceof Map && reader.isStream()) return new Stream(value, reader.streamStart());
    return value;
  }

  value(value) {
    for (let n = 0; n < 16; n++) {
      if (!(value instanceof Reference)) return value;
      value = this.object(value);
    }
    throw new Fault("references without end", MALFORMED);
  }

  dictionary(value, what) {
    const found = this.value(value);
    must(found instanceof Map, what + " is no dictionary", MALFORMED);
    return found;
  }

  stream(value) {
    const found = this.value(value);
    must(found instanceof Stream, "the embedded file is no stream", MALFORMED);
    const length = this.value(found.dictionary.get("Length"));
    must(Number.isInteger(length) && length >= 0 && found.start + length <= this.bytes.length, "a stream's length", MALFORMED);
    const raw = this.bytes.subarray(found.start, found.start + length);
    const after = new PdfReader(this.bytes, found.start + length);
    after.white();
    must(this.at(after.place, "endstream"), "a stream does not end where it says", MALFORMED);
    let filter = this.value(found.dictionary.get("Filter"));
    if (Array.isArray(filter) && filter.length === 1) filter = this.value(filter[0]);
    must(!found.dictionary.has("DecodeParms"), "a stream with parameters", MALFORMED);
    if (filter === undefined || filter === null) {
      must(raw.length <= MOST, "evidence.json is too large", MALFORMED);
      return raw;
    }
    must(filter instanceof Name && filter.text === "FlateDecode", "a stream with another filter", MALFORMED);
    try {
      return inflateZlib(raw, MOST);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new Fault(error.message, MALFORMED);
    }
  }
}

class PdfReader {
  constructor(bytes, at) {
    Object.assign(this, { bytes, place: at });
  }

  char() {
    return this.place < this.bytes.length ? String.fromCharCode(this.bytes[this.place]) : "";
  }

  skip() {
    for (;;) {
      const c = this.char();
      if (c === "%") while (this.char() && !"\r\n".includes(this.char())) this.place++;
      else if (c !== "" && SPACE.includes(c)) this.place++;
      else return;
    }
  }

  white() {
    while (this.char() && SPACE.includes(this.char())) this.place++;
  }

  word() {
    this.skip();
    const start = this.place;
    while (this.char() && !SPACE.includes(this.char()) && !DELIMITERS.includes(this.char())) this.place++;
    return String.fromCharCode(...this.bytes.subarray(start, Math.min(this.place, start + 64)));
  }

  /* One line of a cross-reference table: exactly 20 bytes. */
  entry() {
    this.skip();
    const line = String.fromCharCode(...this.bytes.subarray(this.place, this.place + 20));
    const found = /^(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)$/.exec(line);
    must(found, "a cross-reference entry", MALFORMED);
    this.place += 20;
    return found;
  }

  isStream() {
    this.skip();
    return String.fromCharCode(...this.bytes.subarray(this.place, this.place + 6)) === "stream";
  }

  streamStart() {
    this.place += 6;
    if (this.char() === "\r" && this.bytes[this.place + 1] === 10) this.place++;
    return this.place + 1;
  }

  value(depth) {
    must(depth < 64, "too deep", MALFORMED);
    this.skip();
    const c = this.char();
    if (c === "/") return this.name();
    if (c === "(") return this.string();
    if (c === "[") return this.array(depth);
    if (c === "<") return this.bytes[this.place + 1] === 0x3c ? this.map(depth) : this.hexString();
    const word = this.word();
    if (/^[+-]?\d{1,15}$/.test(word)) return this.numberOrReference(word);
    if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) return { real: word };
    const constants = { true: true, false: false, null: null };
    must(Object.keys(constants).includes(word), "no PDF value", MALFORMED);
    return constants[word];
  }

  numberOrReference(word) {
    const place = this.place;
    if (/^\d+$/.test(word)) {
      const generation = this.word();
      if (/^\d{1,5}$/.test(generation) && this.word() === "R") return new Reference(Number(word), Number(generation));
    }
    this.place = place;
    return Number(word);
  }

  name() {
    this.place++;
    const start = this.place;
    while (this.char() && !SPACE.includes(this.char()) && !DELIMITERS.includes(this.char())) this.place++;
    const raw = String.fromCharCode(...this.bytes.subarray(start, Math.min(this.place, start + 256)));
    return new Name(raw.replace(/#([0-9a-fA-F]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16))));
  }

  array(depth) {
    const found = [];
    this.place++;
    for (;;) {
      this.skip();
      if (this.char() === "]") return this.place++, found;
      must(this.char(), "an array is cut", MALFORMED);
      found.push(this.value(depth + 1));
    }
  }

  map(depth) {
    const found = new Map();
    this.place += 2;
    for (;;) {
      this.skip();
      if (this.char() === ">") {
        must(this.bytes[this.place + 1] === 0x3e, "a dictionary is cut", MALFORMED);
        this.place += 2;
        return found;
      }
      must(this.char() === "/", "a dictionary is malformed", MALFORMED);
      const key = this.name().text;
      found.set(key, this.value(depth + 1));
    }
  }

  string() {
    const found = [];
    const escapes = { n: 10, r: 13, t: 9, b: 8, f: 12 };
    let depth = 0;
    for (;;) {
      const c = this.char();
      must(c, "a string is cut", MALFORMED);
      this.place++;
      if (c === "(" && depth++ === 0) continue;
      if (c === ")" && --depth === 0) break;
      if (c !== "\\") {
        found.push(c.charCodeAt(0));
        continue;
      }
      const octal = /^[0-7]{1,3}/.exec(String.fromCharCode(...this.bytes.subarray(this.place, this.place + 3)));
      if (octal) {
        found.push(parseInt(octal[0], 8) & 255);
        this.place += octal[0].length;
        continue;
      }
      const e = this.char();
      this.place++;
      if (e === "\r" && this.char() === "\n") this.place++;
      if (e !== "\r" && e !== "\n") found.push(e in escapes ? escapes[e] : e.charCodeAt(0));
    }
    return Object.assign(found, { isString: true });
  }

  hexString() {
    const end = this.bytes.indexOf(0x3e, this.place);
    must(end >= 0, "a string is cut", MALFORMED);
    let digits = String.fromCharCode(...this.bytes.subarray(this.place + 1, Math.min(end, this.place + 4097))).replace(/\s/g, "");
    must(/^[0-9a-fA-F]*$/.test(digits), "a hex string", MALFORMED);
    if (digits.length % 2) digits += "0";
    this.place = end + 1;
    const found = [];
    for (let n = 0; n < digits.length; n += 2) found.push(parseInt(digits.substr(n, 2), 16));
    return Object.assign(found, { isString: true });
  }
}

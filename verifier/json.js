/* JSON of the profile: read strictly, written in its one spelling (docs/spec/canonical.md, RFC 8785, RFC 7493). */

import { same, textOf, utf8 } from "./bytes.js";
import { Fault, must } from "./fault.js";

const DEPTH = 32;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const SAFE = 9007199254740991n;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const WRITTEN = { '"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r" };

/* The value of JSON bytes in the profile. Objects have no prototype, so that no name is special. */
export function parseJson(bytes) {
  const text = textOf(bytes);
  const reader = new Reader(text);
  reader.space();
  const value = reader.value(0);
  reader.space();
  must(reader.at === text.length, "something follows the JSON value");
  return value;
}

export function parseCanonical(bytes) {
  const value = parseJson(bytes);
  must(same(bytes, canonical(value)), "not canonical JSON");
  return value;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  space() {
    while (this.at < this.text.length && " \t\n\r".includes(this.text[this.at])) this.at++;
  }

  value(depth) {
    const c = this.text[this.at];
    if (c === "{") return this.object(depth + 1);
    if (c === "[") return this.array(depth + 1);
    if (c === '"') return this.string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  object(depth) {
    must(depth <= DEPTH, "too deep");
    const found = Object.create(null);
    this.at++;
    this.space();
    if (this.text[this.at] === "}") return this.at++, found;
    for (;;) {
      must(this.text[this.at] === '"', "a name is asked");
      const name = this.string();
      must(/^[\x00-\x7f]*$/.test(name), "a name is not ASCII");
      must(!(name in found), "a name stands twice");
      this.space();
      must(this.text[this.at++] === ":", "a colon is asked");
      this.space();
      found[name] = this.value(depth);
      this.space();
      const c = this.text[this.at++];
      if (c === "}") return found;
      must(c === ",", "a comma is asked");
      this.space();
    }
  }

  array(depth) {
    must(depth <= DEPTH, "too deep");
    const found = [];
    this.at++;
    this.space();
    if (this.text[this.at] === "]") return this.at++, found;
    for (;;) {
      found.push(this.value(depth));
      this.space();
      const c = this.text[this.at++];
      if (c === "]") return found;
      must(c === ",", "a comma is asked");
      this.space();
    }
  }

  string() {
    const plain = /[^"\\\x00-\x1f]*/y;
    let value = "";
    this.at++;
    for (;;) {
      plain.lastIndex = this.at;
      const part = plain.exec(this.text)[0];
      value += part;
      this.at += part.length;
      const c = this.text[this.at++];
      if (c === '"') return checked(value);
      must(c === "\\", "a string is cut or holds a control character");
      value += this.escape();
    }
  }

  escape() {
    const c = this.text[this.at++];
    if (c === "u") {
      const digits = this.text.substr(this.at, 4);
      must(/^[0-9a-fA-F]{4}$/.test(digits), "a wrong escape");
      this.at += 4;
      return String.fromCharCode(parseInt(digits, 16));
    }
    must(c !== undefined && c in ESCAPES, "a wrong escape");
    return ESCAPES[c];
  }

  number() {
    const form = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    must(found, "no JSON value");
    this.at += found[0].length;
    must(/^-?[0-9]{1,16}$/.test(found[0]), "not a whole number in the range");
    const value = BigInt(found[0]);
    must(value <= SAFE && value >= -SAFE, "a number beyond 2^53 - 1");
    return Number(value);
  }
}

/* The text, if it is in the profile: no lone surrogate, no noncharacter, in Unicode NFC. */
function checked(text) {
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  for (const c of text) {
    const code = c.codePointAt(0);
    must(code < 0xd800 || code > 0xdfff, "a lone surrogate");
    must((code & 0xfffe) !== 0xfffe && (code < 0xfdd0 || code > 0xfdef), "a noncharacter");
  }
  must(!DIRECTION.test(text), "a control of text direction");
  must(text.normalize("NFC") === text, "not Unicode NFC");
  return text;
}

export const canonicalText = (value) => write(value);
export const canonical = (value) => utf8(write(value));

function write(value) {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return String(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "[" + value.map(write).join(",") + "]";
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return "{" + names.map((name) => quote(name) + ":" + write(value[name])).join(",") + "}";
}

function quote(text) {
  if (/^[^"\\\x00-\x1f]*$/.test(text)) return '"' + text + '"';
  return '"' + text.replace(/["\\\x00-\x1f]/g, (c) => WRITTEN[c] || "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0")) + '"';
}

/* An object with exactly these members. */
export function exactly(value, names, what) {
  must(isObject(value), what + " is not an object");
  const here = Object.keys(value);
  must(here.length === names.length && names.every((name) => name in value), what + " has other members");
  return value;
}

export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const isWhole = (value, least = 0) => Number.isSafeInteger(value) && value >= least;
export const isText = (value) => typeof value === "string";

export function asArray(value, what) {
  if (!Array.isArray(value)) throw new Fault(what + " is not a list");
  return value;
}

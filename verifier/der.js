/* DER (X.690 section 10): definite lengths in their shortest form, tag numbers up to 30, nothing left over. */

import { hex } from "./bytes.js";
import { must } from "./fault.js";

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTETS = 0x04;
export const NULL = 0x05;
export const OID = 0x06;
export const UTC_TIME = 0x17;
export const GENERAL_TIME = 0x18;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/* One element: `{tag, whole, content}`. */
function elementAt(bytes, at) {
  must(at + 2 <= bytes.length, "DER is cut");
  const tag = bytes[at];
  must((tag & 0x1f) !== 0x1f, "a tag number above 30");
  let length = bytes[at + 1];
  let start = at + 2;
  if (length >= 0x80) {
    const width = length & 0x7f;
    must(width >= 1 && width <= 4 && start + width <= bytes.length && bytes[start] !== 0, "a DER length");
    length = 0;
    for (let n = 0; n < width; n++) length = length * 256 + bytes[start + n];
    must(length >= 0x80, "a DER length in another spelling");
    start += width;
  }
  must(start + length <= bytes.length, "DER is cut");
  return { tag, whole: bytes.subarray(at, start + length), content: bytes.subarray(start, start + length) };
}

export function parseDer(bytes, tag) {
  const element = elementAt(bytes, 0);
  must(element.whole.length === bytes.length, "something follows the DER element");
  must(tag === undefined || element.tag === tag, "another DER element");
  return element;
}

export function children(element) {
  const found = [];
  for (let at = 0; at < element.content.length; ) {
    const child = elementAt(element.content, at);
    found.push(child);
    at += child.whole.length;
  }
  return found;
}

/* The elements of a sequence, taken one after another. */
export class Cursor {
  constructor(element, tag = SEQUENCE) {
    must(element && element.tag === tag, "another DER element");
    this.rest = children(element);
  }

  take(tag) {
    const element = this.rest.shift();
    must(element && element.tag === tag, "another DER element");
    return element;
  }

  option(tag) {
    return this.rest.length && this.rest[0].tag === tag ? this.rest.shift() : null;
  }

  end() {
    must(this.rest.length === 0, "a DER element too many");
  }
}

export function integer(element) {
  const bytes = element.content;
  must(element.tag === INTEGER && bytes.length > 0, "no integer");
  const padded = bytes.length > 1 && ((bytes[0] === 0 && bytes[1] < 0x80) || (bytes[0] === 0xff && bytes[1] >= 0x80));
  must(!padded, "an integer in another spelling");
  const value = BigInt("0x" + hex(bytes));
  return bytes[0] >= 0x80 ? value - (1n << BigInt(8 * bytes.length)) : value;
}

export function oid(element) {
  const bytes = element.content;
  must(element.tag === OID && bytes.length > 0 && bytes[bytes.length - 1] < 0x80, "no object identifier");
  const parts = [];
  let value = 0n;
  let fresh = true;
  for (const byte of bytes) {
    must(!fresh || byte !== 0x80, "an object identifier in another spelling");
    value = (value << 7n) | BigInt(byte & 0x7f);
    fresh = byte < 0x80;
    if (!fresh) continue;
    parts.push(value);
    value = 0n;
  }
  const top = parts[0] < 40n ? 0n : parts[0] < 80n ? 1n : 2n;
  return [top, parts[0] - 40n * top, ...parts.slice(1)].join(".");
}

export function boolean(element) {
  must(element.tag === 1 && element.content.length === 1 && [0, 255].includes(element.content[0]), "no boolean");
  return element.content[0] === 255;
}

/* Bits of a BIT STRING as bytes, and how many of the last are unused. */
export function bits(element) {
  must(element.tag === BIT_STRING && element.content.length > 0 && element.content[0] < 8, "no bit string");
  const unused = element.content[0];
  const bytes = element.content.subarray(1);
  must(unused === 0 || (bytes.length && (bytes[bytes.length - 1] & ((1 << unused) - 1)) === 0), "no bit string");
  return { bytes, unused };
}

/* An AlgorithmIdentifier: its name, without parameters or with NULL; `parameters` where others are allowed. */
export function algorithm(element, parameters = false) {
  const cursor = new Cursor(element);
  const name = oid(cursor.take(OID));
  const more = cursor.rest.shift() || null;
  cursor.end();
  if (!parameters) must(!more || (more.tag === NULL && more.content.length === 0), "an algorithm with parameters");
  return parameters ? { name, parameters: more } : name;
}

/* Bytes: hex, base64 in its one spelling, UTF-8 without mercy, comparing and joining. */

import { Fault, must } from "./fault.js";

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));
const VALUES = new Int8Array(128).fill(-1);
for (let n = 0; n < 64; n++) VALUES[ALPHABET.charCodeAt(n)] = n;

export const utf8 = (text) => ENCODER.encode(text);

export function textOf(bytes) {
  try {
    return STRICT.decode(bytes);
  } catch (error) {
    throw new Fault("not UTF-8");
  }
}

export function hex(bytes) {
  let text = "";
  for (let n = 0; n < bytes.length; n++) text += HEX[bytes[n]];
  return text;
}

export function fromHex(text) {
  must(text.length % 2 === 0 && /^[0-9a-f]*$/.test(text), "not lower-case hex");
  const bytes = new Uint8Array(text.length / 2);
  for (let n = 0; n < bytes.length; n++) bytes[n] = parseInt(text.substr(2 * n, 2), 16);
  return bytes;
}

/* RFC 4648 section 4 with padding; bits beyond the last byte are zero. */
export function fromBase64(text) {
  must(text.length % 4 === 0, "not base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const length = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let n = 0; n < length; n++) {
    const code = text.charCodeAt(n);
    const value = code < 128 ? VALUES[code] : -1;
    must(value >= 0, "not base64");
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
  }
  must((held & ((1 << bits) - 1)) === 0, "base64 with stray bits");
  return bytes;
}

export function toBase64(bytes) {
  let text = "";
  for (let n = 0; n < bytes.length; n += 3) {
    const block = (bytes[n] << 16) | ((bytes[n + 1] || 0) << 8) | (bytes[n + 2] || 0);
    text += ALPHABET[block >> 18] + ALPHABET[(block >> 12) & 63];
    text += n + 1 < bytes.length ? ALPHABET[(block >> 6) & 63] : "=";
    text += n + 2 < bytes.length ? ALPHABET[block & 63] : "=";
  }
  return text;
}

export const toBase64url = (bytes) => toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

export function fromBase64url(text) {
  must(/^[A-Za-z0-9_-]*$/.test(text), "not base64url");
  return fromBase64(text.replace(/-/g, "+").replace(/_/g, "/") + "===".slice(0, (4 - (text.length % 4)) % 4));
}

export function same(a, b) {
  if (a.length !== b.length) return false;
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false;
  return true;
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/* A whole number as `width` bytes, most significant first. */
export function bigEndian(value, width) {
  const bytes = new Uint8Array(width);
  let rest = BigInt(value);
  for (let n = width - 1; n >= 0; n--) {
    bytes[n] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

export function numberOf(bytes) {
  return bytes.length ? BigInt("0x" + hex(bytes)) : 0n;
}

/* ASCII text in the order of its bytes, which for ASCII is that of its code units. */
export const inOrder = (texts) => [...texts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

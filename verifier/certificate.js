/* X.509 certificates: read, verified against their issuer, and judged as a chain (docs/spec/timestamp.md, Certificates). */

import { p256, p384, p521 } from "@noble/curves/nist.js";
import { hex, numberOf, same } from "./bytes.js";
import { algorithm, bits, boolean, children, Cursor, GENERAL_TIME, integer, OCTETS, OID, oid, parseDer, SEQUENCE, UTC_TIME } from "./der.js";
import { attempt, must } from "./fault.js";
import { sha256, sha384, sha512 } from "./hashes.js";
import { daysSince1970, isDay, SECOND } from "./instant.js";
import { verifyEd25519 } from "./signature.js";

export const HASHES = {
  "2.16.840.1.101.3.4.2.1": sha256,
  "2.16.840.1.101.3.4.2.2": sha384,
  "2.16.840.1.101.3.4.2.3": sha512,
};
const RSA = "1.2.840.113549.1.1.1";
const ED25519 = "1.3.101.112";
const SIGNED_WITH = {
  "1.2.840.113549.1.1.11": ["rsa", "2.16.840.1.101.3.4.2.1"],
  "1.2.840.113549.1.1.12": ["rsa", "2.16.840.1.101.3.4.2.2"],
  "1.2.840.113549.1.1.13": ["rsa", "2.16.840.1.101.3.4.2.3"],
  "1.2.840.10045.4.3.2": ["ec", "2.16.840.1.101.3.4.2.1"],
  "1.2.840.10045.4.3.3": ["ec", "2.16.840.1.101.3.4.2.2"],
  "1.2.840.10045.4.3.4": ["ec", "2.16.840.1.101.3.4.2.3"],
};
const CURVES = { "1.2.840.10045.3.1.7": p256, "1.3.132.0.34": p384, "1.3.132.0.35": p521 };
const PREFIX = {
  "2.16.840.1.101.3.4.2.1": "3031300d060960864801650304020105000420",
  "2.16.840.1.101.3.4.2.2": "3041300d060960864801650304020205000430",
  "2.16.840.1.101.3.4.2.3": "3051300d060960864801650304020305000440",
};
const BASIC = "2.5.29.19";
const USAGE = "2.5.29.15";
const PURPOSE = "2.5.29.37";
const POLICIES = "2.5.29.32";
const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

export function parseCertificate(bytes) {
  const outer = new Cursor(parseDer(bytes, SEQUENCE));
  const body = outer.take(SEQUENCE);
  const algorithmElement = outer.take(SEQUENCE);
  const signature = bits(outer.take(3));
  outer.end();
  must(signature.unused === 0, "a signature of odd bits");
  const tbs = new Cursor(body);
  const version = tbs.option(0xa0);
  const number = version ? integer(parseDer(version.content)) : 0n;
  must(number >= 0n && number <= 2n, "another version of certificate");
  const serial = integer(tbs.take(2));
  must(serial > 0n, "a serial number that is not positive");
  const inner = tbs.take(SEQUENCE);
  must(same(inner.whole, algorithmElement.whole), "two algorithms");
  const issuer = nameOf(tbs.take(SEQUENCE));
  const validity = new Cursor(tbs.take(SEQUENCE));
  const [from, until] = [timeOf(validity.rest.shift()), timeOf(validity.rest.shift())];
  validity.end();
  const subject = nameOf(tbs.take(SEQUENCE));
  const keyInfo = tbs.take(SEQUENCE);
  tbs.option(0x81);
  tbs.option(0x82);
  const extensions = tbs.option(0xa3);
  tbs.end();
  return {
    bytes, signed: body.whole, signature: signature.bytes, algorithmElement, serial, issuer, subject, from, until, keyInfo,
    extensions: extensions && extensions.content,
  };
}

/* A name: sets of attributes, compared byte by byte. */
function nameOf(element) {
  for (const set of children(element)) {
    must(set.tag === 0x31 && set.content.length > 0, "a name");
    for (const attribute of children(set)) {
      const cursor = new Cursor(attribute);
      oid(cursor.take(OID));
      must(cursor.rest.length === 1, "a name");
    }
  }
  return element.whole;
}

function timeOf(element) {
  must(element && (element.tag === UTC_TIME || element.tag === GENERAL_TIME), "no time");
  must(element.content.length <= 15, "no time");
  const text = String.fromCharCode(...element.content);
  const found = (element.tag === UTC_TIME ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(text);
  must(found, "no time");
  const [year, ...rest] = found.slice(1).map(Number);
  return secondsOf(element.tag === UTC_TIME ? (year < 50 ? 2000 : 1900) + year : year, ...rest) * SECOND;
}

export function secondsOf(year, month, day, hour, minute, second) {
  must(isDay(year, month, day) && hour < 24 && minute < 60 && second < 60, "no such time");
  return daysSince1970(year, month, day) * 86400n + BigInt(hour * 3600 + minute * 60 + second);
}

/* `{kind, ...}` of a SubjectPublicKeyInfo; null for a key of another kind. */
function publicKey(keyInfo) {
  const cursor = new Cursor(keyInfo);
  const { name, parameters } = algorithm(cursor.take(SEQUENCE), true);
  const { bytes, unused } = bits(cursor.take(3));
  cursor.end();
  must(unused === 0, "a key of odd bits");
  if (name === ED25519) return { kind: "ed25519", bytes };
  if (name === RSA) {
    const parts = new Cursor(parseDer(bytes, SEQUENCE));
    const [n, e] = [integer(parts.take(2)), integer(parts.take(2))];
    parts.end();
    return { kind: "rsa", n, e };
  }
  must(name === "1.2.840.10045.2.1" && parameters && parameters.tag === OID, "a key of another kind");
  const curve = CURVES[oid(parameters)];
  must(curve, "another curve");
  return { kind: "ec", curve, bytes };
}

/* Whether `signature` over `message` verifies under the key of `keyInfo`; `digest`: the OID that must be used, if any. */
export function verifies(keyInfo, algorithmElement, digest, message, signature) {
  const key = attempt(() => publicKey(keyInfo));
  const named = attempt(() => algorithm(algorithmElement));
  if (!key || !named) return false;
  if (named === ED25519) return key.kind === "ed25519" && verifyEd25519(key.bytes, message, signature);
  const [kind, hash] = SIGNED_WITH[named] || (named === RSA && digest ? ["rsa", digest] : []);
  if (kind !== key.kind || (digest && hash !== digest)) return false;
  return kind === "rsa" ? verifyRsa(key, hash, message, signature) : verifyEcdsa(key, hash, message, signature);
}

function verifyRsa({ n, e }, hash, message, signature) {
  const length = Math.ceil(n.toString(2).length / 8);
  if (n.toString(2).length < 2048 || n.toString(2).length > 16384 || e < 3n || e >> 33n || signature.length !== length) return false;
  let base = numberOf(signature);
  if (base >= n) return false;
  let power = 1n;
  for (let rest = e; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = (power * base) % n;
    base = (base * base) % n;
  }
  const tail = "00" + PREFIX[hash] + hex(HASHES[hash](message));
  return power.toString(16).padStart(2 * length, "0") === "0001" + "f".repeat(2 * length - 4 - tail.length) + tail;
}

function verifyEcdsa({ curve, bytes }, hash, message, signature) {
  const pair = attempt(() => {
    const cursor = new Cursor(parseDer(signature, SEQUENCE));
    const found = [integer(cursor.take(2)), integer(cursor.take(2))];
    cursor.end();
    return found;
  });
  const order = curve.Point.CURVE().n;
  if (!pair || pair.some((one) => one <= 0n || one >= order)) return false;
  const width = Math.ceil(order.toString(16).length / 2);
  const compact = new Uint8Array(2 * width);
  pair.forEach((one, n) => {
    const text = one.toString(16).padStart(2 * width, "0");
    for (let k = 0; k < width; k++) compact[n * width + k] = parseInt(text.substr(2 * k, 2), 16);
  });
  try {
    return curve.verify(compact, HASHES[hash](message), bytes, { prehash: false, lowS: false, format: "compact" });
  } catch (error) {
    return false; // no point of the curve: nothing verifies under it
  }
}

const issued = (certificate, by) =>
  same(certificate.issuer, by.subject) &&
  verifies(by.keyInfo, certificate.algorithmElement, null, certificate.signed, certificate.signature);

/* The shortest chain from the signer through `others` to the pinned certificate, or null. */
function chainTo(signer, others, pinned) {
  let level = [[signer]];
  for (let length = 1; length <= 8 && level.length; length++) {
    for (const chain of level) if (same(chain[chain.length - 1].bytes, pinned.bytes)) return chain;
    const next = [];
    for (const chain of level) {
      const last = chain[chain.length - 1];
      for (const other of [...others, pinned]) {
        if (!chain.some((one) => same(one.bytes, other.bytes)) && issued(last, other)) next.push([...chain, other]);
      }
    }
    level = next.slice(0, 64);
  }
  return null;
}

/* Whether a sound chain leads from the signer to the pinned certificate at `time`. */
export function leadsToPinned(signer, others, pinned, time) {
  const chain = chainTo(signer, others, pinned);
  if (!chain) return false;
  const read = chain.map((certificate) => attempt(() => readExtensions(certificate)));
  if (read.includes(null)) return false;
  if (!chain.every((certificate) => certificate.from <= time && time <= certificate.until)) return false;
  return mayStamp(read[0]) && read.slice(1).every((extensions, n) => mayIssue(extensions, n));
}

function readExtensions(certificate) {
  const found = new Map();
  if (certificate.extensions) {
    for (const element of children(parseDer(certificate.extensions, SEQUENCE))) {
      const cursor = new Cursor(element);
      const name = oid(cursor.take(OID));
      const flag = cursor.option(1);
      const critical = flag ? boolean(flag) : false;
      const content = cursor.take(OCTETS).content;
      cursor.end();
      must(!found.has(name), "an extension twice");
      found.set(name, { critical, value: readExtension(name, content) });
    }
  }
  const known = [BASIC, USAGE, PURPOSE, POLICIES];
  for (const [name, { critical }] of found) must(!critical || known.includes(name), "an unknown critical extension");
  return found;
}

function readExtension(name, content) {
  if (name === BASIC) {
    const cursor = new Cursor(parseDer(content, SEQUENCE));
    const flag = cursor.option(1);
    const length = cursor.option(2);
    cursor.end();
    return { authority: flag ? boolean(flag) : false, most: length ? integer(length) : null };
  }
  if (name === USAGE) return bits(parseDer(content)).bytes;
  if (name === PURPOSE) return children(parseDer(content, SEQUENCE)).map(oid);
  return null;
}

function mayStamp(extensions) {
  const purpose = extensions.get(PURPOSE);
  const usage = extensions.get(USAGE);
  if (!purpose || !purpose.critical || purpose.value.length !== 1 || purpose.value[0] !== TIME_STAMPING) return false;
  return !usage || Boolean(usage.value.length && usage.value[0] & 0xc0);
}

function mayIssue(extensions, below) {
  const basic = extensions.get(BASIC);
  const usage = extensions.get(USAGE);
  if (!basic || !basic.value.authority) return false;
  if (usage && !(usage.value.length && usage.value[0] & 0x04)) return false;
  return basic.value.most === null || basic.value.most >= BigInt(below);
}

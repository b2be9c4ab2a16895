/* RFC 3161 tokens: what they say, whether they are whole, to whom they lead (docs/spec/timestamp.md). */

import { fromBase64, join, numberOf, same } from "./bytes.js";
import { HASHES, leadsToPinned, parseCertificate, secondsOf, verifies } from "./certificate.js";
import { algorithm, boolean, children, Cursor, GENERAL_TIME, integer, OCTETS, OID, oid, parseDer, SEQUENCE, SET } from "./der.js";
import { attempt, must } from "./fault.js";
import { SECOND } from "./instant.js";
import { asArray, exactly, isText, parseCanonical } from "./json.js";

const MOST = 65536;
const SIGNED_DATA = "1.2.840.113549.1.7.2";
const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47";
const SHA256 = "2.16.840.1.101.3.4.2.1";
const LENGTHS = { "2.16.840.1.101.3.4.2.1": 32, "2.16.840.1.101.3.4.2.2": 48, "2.16.840.1.101.3.4.2.3": 64 };

export function parseTimestamps(bytes) {
  const value = exactly(parseCanonical(bytes), ["v", "kind", "tokens"], "timestamps");
  must(value.v === 1 && value.kind === "proofdocket.timestamps", "another kind of timestamps");
  const tokens = asArray(value.tokens, "tokens");
  must(tokens.length >= 1 && tokens.length <= 16 && tokens.every(isText), "tokens");
  return tokens.map((text) => parseToken(fromBase64(text)));
}

/* A token in its parts; faults where it is not of the form that is asked. */
export function parseToken(bytes) {
  must(bytes.length <= MOST, "a token over 64 KiB");
  const info = new Cursor(parseDer(bytes, SEQUENCE));
  must(oid(info.take(OID)) === SIGNED_DATA, "no SignedData");
  const data = new Cursor(parseDer(info.take(0xa0).content, SEQUENCE));
  info.end();
  must(integer(data.take(2)) === 3n, "another version of SignedData");
  const announced = children(data.take(SET)).map((one) => algorithm(one));
  const encapsulated = new Cursor(data.take(SEQUENCE));
  must(oid(encapsulated.take(OID)) === TST_INFO, "no timestamp");
  const content = parseDer(encapsulated.take(0xa0).content, OCTETS).content;
  encapsulated.end();
  const held = data.option(0xa0);
  const certificates = held ? children(held).map((one) => one.whole) : [];
  must(certificates.length <= 16, "too many certificates");
  data.option(0xa1);
  const signers = children(data.take(SET));
  data.end();
  must(signers.length === 1, "not exactly one signer");
  const signer = readSigner(signers[0]);
  must(announced.includes(signer.digest), "the signer's digest is not announced");
  const token = { ...readInfo(content), content, signer };
  token.certificates = attempt(() => certificates.map(parseCertificate));
  token.named = attempt(() => readAttributes(signer.attributes));
  return token;
}

function readSigner(element) {
  const cursor = new Cursor(element);
  must(integer(cursor.take(2)) === 1n, "another version of SignerInfo");
  const named = new Cursor(cursor.take(SEQUENCE));
  const issuer = named.take(SEQUENCE).whole;
  const serial = integer(named.take(2));
  named.end();
  const digest = algorithm(cursor.take(SEQUENCE));
  must(digest in HASHES, "another digest");
  const attributes = cursor.take(0xa0);
  distinctAttributes(attributes);
  const algorithmElement = cursor.take(SEQUENCE);
  algorithm(algorithmElement);
  const signature = cursor.take(OCTETS).content;
  cursor.option(0xa1);
  cursor.end();
  return { issuer, serial, digest, attributes, algorithmElement, signature };
}

function distinctAttributes(element) {
  const found = new Map();
  for (const one of children(element)) {
    const cursor = new Cursor(one);
    const name = oid(cursor.take(OID));
    const values = children(cursor.take(SET));
    cursor.end();
    must(!found.has(name), "an attribute twice");
    found.set(name, values);
  }
  return found;
}

/* The three attributes that are asked for; a token without them is not whole. */
function readAttributes(element) {
  const found = distinctAttributes(element);
  for (const name of [CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE]) {
    must(found.has(name) && found.get(name).length === 1, "an attribute is missing");
  }
  const certificate = new Cursor(found.get(SIGNING_CERTIFICATE)[0]);
  const list = children(certificate.take(SEQUENCE));
  must(list.length > 0, "no certificate is named");
  return {
    contentType: oid(found.get(CONTENT_TYPE)[0]),
    digest: octets(found.get(MESSAGE_DIGEST)[0]),
    certificate: readCertificateId(list[0]),
  };
}

function octets(element) {
  must(element.tag === OCTETS, "no octets");
  return element.content;
}

/* ESSCertIDv2: digest algorithm (SHA-256 where none is named), digest, issuer and serial where they are named. */
function readCertificateId(element) {
  const cursor = new Cursor(element);
  const named = cursor.option(SEQUENCE);
  const hash = named ? algorithm(named) : SHA256;
  const digest = octets(cursor.take(OCTETS));
  const more = cursor.option(SEQUENCE);
  cursor.end();
  must(hash in HASHES, "another digest");
  let serial = null;
  if (more) {
    const parts = new Cursor(more);
    parts.take(SEQUENCE);
    serial = integer(parts.take(2));
    parts.end();
  }
  return { hash, digest, serial };
}

function readInfo(content) {
  const cursor = new Cursor(parseDer(content, SEQUENCE));
  must(integer(cursor.take(2)) === 1n, "another version of TSTInfo");
  oid(cursor.take(OID));
  const imprint = new Cursor(cursor.take(SEQUENCE));
  const hash = algorithm(imprint.take(SEQUENCE));
  const digest = imprint.take(OCTETS).content;
  imprint.end();
  must(LENGTHS[hash] === digest.length, "an imprint of another kind");
  integer(cursor.take(2));
  const time = genTime(cursor.take(GENERAL_TIME).content);
  const accuracy = readAccuracy(cursor.option(SEQUENCE));
  const ordering = cursor.option(1);
  if (ordering) boolean(ordering);
  const nonce = cursor.option(2);
  if (nonce) integer(nonce);
  cursor.option(0xa0);
  const extensions = cursor.option(0xa1);
  cursor.end();
  if (extensions) for (const one of children(extensions)) must(!isCritical(one), "a critical extension");
  return { imprint: { hash, digest }, time, accuracy };
}

/* Accuracy in microseconds: seconds, then [0] milliseconds and [1] microseconds. */
function readAccuracy(element) {
  if (!element) return 0n;
  const cursor = new Cursor(element);
  const whole = cursor.option(2);
  const seconds = whole ? integer(whole) : 0n;
  const [millis, micros] = [cursor.option(0x80), cursor.option(0x81)].map((found) => (found ? numberOf(found.content) : 0n));
  cursor.end();
  must(seconds >= 0n && seconds <= 1000000n && millis <= 999n && micros <= 999n, "accuracy");
  return seconds * SECOND + millis * 1000n + micros;
}

function isCritical(element) {
  const cursor = new Cursor(element);
  cursor.take(OID);
  const flag = cursor.option(1);
  cursor.take(OCTETS);
  cursor.end();
  return flag ? boolean(flag) : false;
}

function genTime(bytes) {
  must(bytes.length <= 65536, "genTime");
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z$/.exec(String.fromCharCode(...bytes));
  must(found, "genTime");
  const micros = BigInt((found[7] || "").slice(0, 6).padEnd(6, "0") || 0);
  return secondsOf(...found.slice(1, 7).map(Number)) * SECOND + micros;
}

/* What is stamped is the SHA-256 of the text; a token by another digest is about something else. */
export const isAbout = (token, text) => token.imprint.hash === SHA256 && same(HASHES[SHA256](text), token.imprint.digest);

/* Whether the token is whole and signed by the one that it names, with this certificate. */
export function isSignedBy(token, certificate) {
  const { signer } = token;
  if (!token.certificates || !token.named) return false;
  const { certificate: named } = token.named;
  if (!same(HASHES[named.hash](certificate.bytes), named.digest)) return false;
  if (named.serial !== null && named.serial !== certificate.serial) return false;
  if (token.named.contentType !== TST_INFO) return false;
  if (!same(HASHES[signer.digest](token.content), token.named.digest)) return false;
  const message = join(Uint8Array.of(SET), signer.attributes.whole.subarray(1));
  return verifies(certificate.keyInfo, signer.algorithmElement, signer.digest, message, signer.signature);
}

const isSigner = (token, certificate) =>
  certificate.serial === token.signer.serial && same(certificate.issuer, token.signer.issuer);

/* Whether parts of the token that its form asks for cannot be read. */
export const isBroken = (token) => !token.certificates || !token.named;

export const ownSigner = (token) => (token.certificates || []).find((one) => isSigner(token, one)) || null;

/* Whether the token leads to the pinned certificate (DER bytes) of an authority. */
export function leadsToAuthority(token, pinnedBytes) {
  const pinned = attempt(() => parseCertificate(pinnedBytes));
  if (!pinned) return false;
  const signer = ownSigner(token) || (isSigner(token, pinned) ? pinned : null);
  if (!signer || !isSignedBy(token, signer)) return false;
  return leadsToPinned(signer, token.certificates, pinned, token.time);
}

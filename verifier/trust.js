/* Trust file: what the reader pins, and how well he knows its issuer (docs/spec/trust.md). */

import { fromBase64, fromHex, hex, join, utf8 } from "./bytes.js";
import { parseDer, SEQUENCE } from "./der.js";
import { Fault, must } from "./fault.js";
import { keccak256 } from "./hashes.js";
import { parseInstant } from "./instant.js";
import { asArray, exactly, isText, isWhole, parseCanonical } from "./json.js";
import { INSTITUTION, LINE } from "./metadata.js";
import { COSIGNATURE, ED25519, ML_DSA, parseNote, parseVerifierKey, signedBy } from "./note.js";

const MEMBERS = [
  "v", "kind", "version", "issuer", "issuer_vkey", "next_issuer_vkey", "issued_at", "expires_at", "logs", "chains",
  "witnesses", "quorum", "auditors", "authorities", "courts", "required",
];
const HASH = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;
const GRADES = ["self-run", "consortium", "public"];

/* The trust file of these bytes, with its `standing`. `pinned`: the issuer's verifier key that the reader has, if any. */
export function parseTrust(bytes, pinned = "") {
  must(bytes.length <= 1000000, "the trust file is too long");
  const signed = bytes.includes(10);
  const note = signed ? parseNote(bytes) : null;
  if (signed) must(note.text.indexOf("\n") === note.text.length - 1, "the trust file has more than one line");
  const body = readBody(parseCanonical(signed ? utf8(note.text.slice(0, -1)) : bytes));
  const trust = { ...body, standing: "unsigned" };
  if (signed) {
    must(body.issuer_vkey !== "", "a signed trust file names its issuer's key");
    must(signedBy(note, parseVerifierKey(body.issuer_vkey)) === true, "the trust file was altered", "trust-signature");
    if (body.next_issuer_vkey) must(signedBy(note, parseVerifierKey(body.next_issuer_vkey)) !== false, "altered", "trust-signature");
    trust.standing = "signed";
  }
  if (pinned) {
    const known = signed && signedBy(note, parseVerifierKey(pinned)) === true;
    must(known, "the trust file is not signed by the issuer whom you know", "trust-issuer");
    trust.standing = "verified";
  }
  return trust;
}

function readBody(value) {
  exactly(value, MEMBERS, "the trust file");
  must(value.v === 2 && value.kind === "proofdocket.trust", "another version of trust file");
  must(isWhole(value.version, 1) && line(value.issuer), "version or issuer");
  must(isText(value.issuer_vkey) && isText(value.next_issuer_vkey), "issuer_vkey");
  for (const text of [value.issuer_vkey, value.next_issuer_vkey]) {
    if (text) must(parseVerifierKey(text).kind === ED25519, "issuer_vkey");
  }
  must(value.issuer_vkey || !value.next_issuer_vkey, "next_issuer_vkey");
  const [issued, expires] = [parseInstant(value.issued_at), parseInstant(value.expires_at)];
  must(issued < expires, "expires_at");
  const logs = asArray(value.logs, "logs").map(readLog);
  const chains = asArray(value.chains, "chains").map(readChain);
  unique(logs, (log) => log.origin);
  unique(chains, (chain) => chain.chain_id + chain.contract);
  const witnesses = keys(value.witnesses, [COSIGNATURE, ML_DSA]);
  const auditors = keys(value.auditors, [ED25519]);
  const names = new Set(witnesses.map(calledBy));
  must(isWhole(value.quorum) && value.quorum <= names.size, "quorum");
  nobodyConfirmsHimself(logs, witnesses, auditors);
  const authorities = asArray(value.authorities, "authorities").map(readAuthority);
  unique(authorities, (one) => one.certificate);
  unique(asArray(value.courts, "courts").map(readCourt), (one) => one.chain_id + one.address);
  readRequired(value.required);
  return { ...value, issued, expires, logs, chains, witnesses, auditors, authorities };
}

const line = (text) => isText(text) && LINE.test(text);
const orNull = (text) => (text === null ? null : parseInstant(text));
export const calledBy = (key) => key.name || key.verifier.name;

function unique(list, of) {
  must(new Set(list.map(of)).size === list.length, "something stands twice");
}

function readKey(value) {
  exactly(value, ["vkey", "name", "not_before", "not_after", "revoked_at", "reason"], "a key");
  for (const text of [value.name, value.reason]) must(text === "" || line(text), "a key");
  const [from, until, revoked] = [orNull(value.not_before), orNull(value.not_after), orNull(value.revoked_at)];
  must(from === null || until === null || from < until, "a key's window");
  return { ...value, verifier: parseVerifierKey(value.vkey), from, until, revoked };
}

/* Keys of witnesses or auditors: each once, not under another name or kind either. */
function keys(value, kinds) {
  const list = asArray(value, "keys").map(readKey);
  must(list.every((key) => kinds.includes(key.verifier.kind)), "a key of another kind");
  unique(list, (key) => hex(key.verifier.key));
  return list;
}

function readLog(value) {
  exactly(value, ["institution", "credit_code", "origin", "keys", "package_keys", "log_ids"], "a log");
  must(isText(value.institution) && INSTITUTION.test(value.institution), "institution");
  must(isText(value.credit_code) && /^([0-9A-Z]{18})?$/.test(value.credit_code), "credit_code");
  must(line(value.origin), "origin");
  const own = asArray(value.keys, "keys").map(readKey);
  const packageKeys = asArray(value.package_keys, "package_keys").map(readKey);
  must(own.every((key) => key.verifier.name === value.origin), "a log key of another name");
  must(own.some((key) => key.verifier.kind === ED25519), "no Ed25519 log key");
  must(own.every((key) => [ED25519, ML_DSA].includes(key.verifier.kind)), "a log key of another kind");
  must(packageKeys.length > 0, "no package key");
  must(packageKeys.every((key) => key.verifier.kind === ED25519 && key.verifier.name === value.origin + "/package"), "package_keys");
  unique(own, (key) => key.vkey);
  unique(packageKeys, (key) => key.vkey);
  must(asArray(value.log_ids, "log_ids").every((id) => isText(id) && HASH.test(id)), "log_ids");
  unique(value.log_ids, (id) => id);
  return { ...value, keys: own, packageKeys };
}

function readChain(value) {
  exactly(value, ["chain_id", "genesis", "contract", "code_hash", "grade", "confirmations", "blocks"], "a chain");
  must(isWhole(value.chain_id, 1) && isWhole(value.confirmations) && GRADES.includes(value.grade), "a chain");
  must([value.genesis, value.code_hash].every((one) => isText(one) && HASH.test(one)), "a chain");
  must(isText(value.contract) && ADDRESS.test(value.contract), "a chain");
  asArray(value.blocks, "blocks").forEach((block, n) => {
    exactly(block, ["number", "hash"], "a block");
    must(isWhole(block.number) && isText(block.hash) && HASH.test(block.hash), "a block");
    must(n === 0 || value.blocks[n - 1].number < block.number, "blocks out of order");
  });
  return value;
}

function readAuthority(value) {
  exactly(value, ["name", "certificate", "not_before", "not_after", "revoked_at"], "an authority");
  must(line(value.name) && isText(value.certificate), "an authority");
  const der = fromBase64(value.certificate);
  parseDer(der, SEQUENCE);
  const [from, until, revoked] = [orNull(value.not_before), orNull(value.not_after), orNull(value.revoked_at)];
  must(from === null || until === null || from < until, "an authority's window");
  return { ...value, der, from, until, revoked };
}

function readCourt(value) {
  exactly(value, ["name", "chain_id", "address"], "a court");
  must(line(value.name) && isWhole(value.chain_id, 1) && isText(value.address) && ADDRESS.test(value.address), "a court");
  return value;
}

function readRequired(value) {
  const list = asArray(value, "required");
  must(list.every((n, at) => isWhole(n, 1) && n <= 10 && (at === 0 || list[at - 1] < n)), "required");
  must([1, 3, 5, 6].every((n) => list.includes(n)), "required");
}

function nobodyConfirmsHimself(logs, witnesses, auditors) {
  const own = new Set(logs.flatMap((log) => [...log.keys, ...log.packageKeys]).map((key) => hex(key.verifier.key)));
  for (const key of [...witnesses, ...auditors]) must(!own.has(hex(key.verifier.key)), "a log confirms itself");
}

/* The log id of this registrant (docs/spec/anchor.md, The name of a log). */
export function logIdOf(origin, logKey, chainId, contract, registrant) {
  const word = (text) => fromHex(text.padStart(64, "0"));
  const name = utf8("proofdocket/log/v1");
  const parts = [
    word("c0"), keccak256(utf8(origin)), keccak256(logKey), word(BigInt(chainId).toString(16)),
    word(contract.slice(2)), word(registrant.slice(2)), word(name.length.toString(16)), name, new Uint8Array(32 - name.length),
  ];
  return "0x" + hex(keccak256(join(...parts)));
}

/* Why a trust file is not in force, as a code with its day, or null. */
export function outOfForce(trust, at) {
  if (!trust) return { code: "no-trust-file" };
  if (at >= trust.expires) return { code: "trust-expired", date: trust.expires };
  if (at < trust.issued) return { code: "trust-not-yet-valid", date: trust.issued };
  return null;
}

/* One block hash that the reader trusts, CHAINID:NUMBER:HASH: of a pinned chain, and never against the trust file's own. */
export function withBlockHash(trust, text) {
  const found = /^([1-9]\d{0,14}):(0|[1-9]\d{0,14}):(?:0x)?([0-9a-fA-F]{64})$/.exec(text);
  must(found, "a block hash is CHAINID:NUMBER:HASH", "block-hash");
  const [id, number, hash] = [Number(found[1]), Number(found[2]), "0x" + found[3].toLowerCase()];
  const onChain = trust.chains.filter((chain) => chain.chain_id === id);
  must(onChain.length, "chain " + id + " is not one that the trust file pins", "block-hash-chain");
  const other = onChain.some((chain) => chain.blocks.some((one) => one.number === number && one.hash !== hash));
  must(!other, "the trust file pins another hash for block " + number + " of chain " + id, "block-hash-other");
  const chains = trust.chains.map((chain) =>
    chain.chain_id === id ? { ...chain, blocks: [...chain.blocks.filter((one) => one.number !== number), { number, hash }] } : chain,
  );
  return { ...trust, chains };
}


/* Loan map: the map entry, the proof of one loan, the auditors' notes (docs/spec/log.md, Loan map; verify.md, check 10). */

import { bigEndian, fromHex, hex, join, utf8 } from "./bytes.js";
import { parseCheckpointText } from "./checkpoint.js";
import { must } from "./fault.js";
import { sha256 } from "./hashes.js";
import { parseInstant } from "./instant.js";
import { asArray, exactly, isText, isWhole, parseCanonical } from "./json.js";
import { INSTITUTION, LOAN } from "./metadata.js";
import { parseNote } from "./note.js";
import { parseProof } from "./proof.js";

const EMPTY = new Uint8Array(32);
const HASH = /^[0-9a-f]{64}$/;
const ENDS = { loan: ["kind", "count", "last"], other: ["kind", "key", "count", "last"], nothing: ["kind"] };

export function parseMapMaterial(bytes) {
  const value = exactly(parseCanonical(bytes), ["v", "kind", "leaf", "proof", "membership", "audits"], "map");
  must(value.v === 1 && value.kind === "proofdocket.map", "another kind of map");
  must(isText(value.leaf) && isText(value.proof), "map");
  const leafBytes = utf8(value.leaf);
  must(asArray(value.audits, "audits").length <= 16, "more than 16 audits");
  const audits = value.audits.map(parseAudit);
  return { leafBytes, leaf: parseMapLeaf(leafBytes), proof: parseProof(utf8(value.proof)), membership: readMembership(value.membership), audits };
}

function parseMapLeaf(bytes) {
  const names = ["v", "kind", "institution", "captured_at", "size", "loans", "root"];
  const value = exactly(parseCanonical(bytes), names, "a map entry");
  must(value.v === 1 && value.kind === "map", "no map entry");
  must(isText(value.institution) && INSTITUTION.test(value.institution), "institution");
  parseInstant(value.captured_at);
  must(isWhole(value.size, 1) && isWhole(value.loans, 1) && isText(value.root) && HASH.test(value.root), "a map entry");
  return value;
}

function readMembership(value) {
  exactly(value, ["loan", "depth", "bitmap", "siblings", "end"], "membership");
  must(isText(value.loan) && LOAN.test(value.loan), "loan");
  must(isWhole(value.depth) && value.depth <= 256, "depth");
  must(isText(value.bitmap) && value.bitmap.length === 2 * Math.ceil(value.depth / 8), "bitmap");
  const bitmap = fromHex(value.bitmap);
  const siblings = asArray(value.siblings, "siblings");
  must(siblings.every((one) => isText(one) && HASH.test(one)), "siblings");
  const { end } = value;
  must(end !== null && typeof end === "object" && isText(end.kind) && Object.keys(ENDS).includes(end.kind), "end");
  exactly(end, ENDS[end.kind], "end");
  if (end.kind !== "nothing") must(isWhole(end.count, 1) && isText(end.last) && HASH.test(end.last), "end");
  if (end.kind === "other") must(isText(end.key) && HASH.test(end.key), "end");
  const membership = { ...value, bits: bitmap, siblings: siblings.map(fromHex) };
  must(isSound(membership), "membership");
  return membership;
}

/* What the proof's form rules out: wrong counts of siblings, an empty deepest one, another loan that is none. */
function isSound({ loan, depth, bits, siblings, end }) {
  for (let n = depth; n < bits.length * 8; n++) if (bit(bits, n)) return false;
  let ones = 0;
  for (let n = 0; n < depth; n++) ones += bit(bits, n);
  if (ones !== siblings.length || siblings.some((one) => one.every((byte) => byte === 0))) return false;
  if (depth > 0 && !bit(bits, depth - 1)) return false;
  if (end.kind !== "other") return true;
  const [own, other] = [mapKey(loan), fromHex(end.key)];
  if (hex(own) === end.key) return false;
  for (let n = 0; n < depth; n++) if (bit(own, n) !== bit(other, n)) return false;
  return true;
}

const mapKey = (loan) => sha256(utf8("proofdocket/map/key/v1" + loan));

const bit = (bytes, n) => (bytes[n >> 3] >> (7 - (n & 7))) & 1;

/* Whether the membership proves its loan itself, not its absence, under `root`. */
export function provesLoan(membership, root) {
  const { depth, bits, siblings, end } = membership;
  if (end.kind !== "loan") return false;
  const key = mapKey(membership.loan);
  let hash = sha256(join(Uint8Array.of(2), key, bigEndian(end.count, 8), fromHex(end.last)));
  let next = siblings.length;
  for (let n = depth - 1; n >= 0; n--) {
    const sibling = bit(bits, n) ? siblings[--next] : EMPTY;
    hash = sha256(bit(key, n) ? join(Uint8Array.of(3), sibling, hash) : join(Uint8Array.of(3), hash, sibling));
  }
  return hex(hash) === root;
}

/* An auditor's note: `{origin, size, root, mapRoot, note}`. */
function parseAudit(text) {
  must(isText(text), "an audit is no text");
  const note = parseNote(utf8(text));
  const lines = note.text.split("\n");
  must(lines.length === 6 && lines[0] === "proofdocket.map-audit/v1" && lines[5] === "" && HASH.test(lines[4]), "no map audit");
  const { origin, size, root } = parseCheckpointText(lines.slice(1, 4).join("\n") + "\n");
  return { origin, size, root, mapRoot: lines[4], note };
}

/* What is verified: a package, the twin in a PDF, or a bare proof, read as far as it can be read. This is check (1). */

import { parseAnchorMaterial } from "./anchor.js";
import { inOrder, utf8 } from "./bytes.js";
import { parseErasure } from "./erasure.js";
import { readDisclosures } from "./disclosure.js";
import { readFacts } from "./facts.js";
import { Fault, must } from "./fault.js";
import { asArray, exactly, isObject, isText, isWhole, parseCanonical, parseJson } from "./json.js";
import { parseMapMaterial } from "./map.js";
import { readMetadata } from "./metadata.js";
import { evidenceOfPdf } from "./pdf.js";
import { parsePolicy } from "./policy.js";
import { parseProof } from "./proof.js";
import { parseTimestamps } from "./timestamp.js";
import { readZip } from "./zip.js";

export const PACKAGE = "data/package.json";
export const FACTS = "data/facts.json";
export const LEDGER = "data/ledger.json";
export const FIXED = [
  "bag-info.txt", "bagit.txt", "data/README.txt", "data/bundle.pdf", FACTS, LEDGER, PACKAGE,
  "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.note",
];
const OPTIONAL = ["data/verify.html"];
const MATERIAL = {
  erasure: ["data/log/erasure.json", parseErasure],
  anchor: ["data/log/anchor.json", parseAnchorMaterial],
  map: ["data/log/map.json", parseMapMaterial],
  policy: ["data/log/policy.txt", parsePolicy],
  timestamps: ["data/log/timestamps.json", parseTimestamps],
};
const EVENT = /^data\/evidence\/(\d{6}|[1-9]\d{6,14})\.(leaf\.json|tlog-proof|disclosures\.json)$/;
export const ORIGINAL = /^data\/originals\/([0-9a-f]{64})\.[a-z0-9]{1,8}$/;
const PARTS = ["leaf.json", "tlog-proof", "disclosures.json"];

const blank = (kind) => ({ kind, members: null, metadata: null, facts: [], ledger: null, events: [], material: {}, findings: [] });

function fail(subject, code, where, detail) {
  subject.findings.push({ code, where, detail: { ...where, detail } });
}

/* Runs one parser; a fault becomes a failure of check (1), with the fault's own code where it has one of these. */
function reading(subject, code, member, action, seq) {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Fault)) {
      subject.broken = true; // the reader's machine gave up, which accuses nobody: nothing passes, and the other parts are still read
      return null;
    }
    const where = seq === undefined ? { member } : { member, seq };
    fail(subject, error.code === "malformed" ? code : error.code, where, error.message);
    return null;
  }
}

export function readPackage(bytes) {
  const subject = blank("package");
  const zip = reading(subject, "container-malformed", undefined, () => readZip(bytes));
  if (!zip) return subject;
  Object.assign(subject, { members: zip.members, original: zip.original });
  const { members } = zip;
  const { missing, unknown, sequences } = inventory(members);
  for (const member of missing) fail(subject, "member-missing", { member });
  for (const member of unknown) fail(subject, "member-unknown", { member });
  const read = (member, action, seq) => {
    if (!members.has(member)) return null;
    return reading(subject, "package-malformed", member, () => action(members.get(member)), seq);
  };
  subject.metadata = read(PACKAGE, (raw) => readMetadata(parseCanonical(raw)));
  subject.facts = read(FACTS, (raw) => readFacts(parseJson(raw))) || [];
  const ledger = read(LEDGER, (raw) => ({ value: parseJson(raw) }));
  subject.ledger = ledger && ledger.value;
  if (!sequences.length) fail(subject, "package-malformed", { member: PACKAGE }, "no event is packaged");
  for (const seq of sequences) subject.events.push(readEvent(subject, members, seq, read));
  for (const [name, [member, parse]] of Object.entries(MATERIAL)) {
    if (members.has(member)) subject.material[name] = read(member, parse);
  }
  return subject;
}

export const memberOf = (seq, part) => "data/evidence/" + String(seq).padStart(6, "0") + "." + part;

function inventory(members) {
  const known = new Set([...FIXED, ...OPTIONAL, ...Object.values(MATERIAL).map(([member]) => member)]);
  const sequences = new Set();
  const unknown = [];
  for (const name of inOrder(members.keys())) {
    const found = EVENT.exec(name);
    if (found) sequences.add(Number(found[1]));
    else if (!known.has(name) && !ORIGINAL.test(name)) unknown.push(name);
  }
  const ordered = [...sequences].sort((a, b) => a - b);
  const missing = FIXED.filter((name) => !members.has(name));
  for (const seq of ordered) {
    for (const part of PARTS) if (!members.has(memberOf(seq, part))) missing.push(memberOf(seq, part));
  }
  return { missing, unknown, sequences: ordered };
}

function readEvent(subject, members, seq, read) {
  const leafMember = memberOf(seq, "leaf.json");
  const event = { seq, member: leafMember, leafBytes: members.get(leafMember) || null, opening: null, proof: null };
  event.openingMember = memberOf(seq, "disclosures.json");
  event.proofMember = memberOf(seq, "tlog-proof");
  event.opening = read(event.openingMember, (raw) => readDisclosures(parseCanonical(raw)), seq);
  const raw = members.get(event.proofMember);
  if (raw) event.proof = reading(subject, "proof-malformed", event.proofMember, () => parseProof(raw), seq);
  return event;
}

const TWIN = "evidence.json";

/* The twin in a PDF. Its frame is read as a whole; its parts are judged one by one, like those of a package. */
export function readPdf(bytes) {
  const subject = blank("twin");
  subject.bytes = bytes;
  const raw = reading(subject, "pdf-malformed", undefined, () => evidenceOfPdf(bytes));
  const value = raw && reading(subject, "twin-malformed", TWIN, () => readFrame(parseCanonical(raw)));
  if (!value) return subject;
  subject.metadata = reading(subject, "twin-malformed", TWIN, () => readMetadata(value.package));
  if (!subject.metadata) return subject;
  for (const one of value.events) subject.events.push(readTwinEvent(subject, one));
  subject.material = readEach(subject, value.material, (name) => TWIN + "/material/" + name);
  return subject;
}

/* Each material read by itself: a malformed one leaves the others. */
function readEach(subject, value, place) {
  const found = {};
  for (const [name, text] of Object.entries(value)) {
    found[name] = reading(subject, "package-malformed", place(name), () => MATERIAL[name][1](utf8(text)));
  }
  return found;
}

function checkMaterial(value) {
  must(isObject(value), "material");
  for (const [name, text] of Object.entries(value)) must(Object.keys(MATERIAL).includes(name) && isText(text), "material");
  return value;
}

function readFrame(value) {
  must(isObject(value), "not an object");
  if (value.kind !== "proofdocket.twin" || value.v !== 1) throw new Fault("another version", "version-unknown");
  exactly(value, ["v", "kind", "material", "package", "events"], TWIN);
  checkMaterial(value.material);
  const list = asArray(value.events, "events");
  must(list.length > 0, "no event is packaged");
  list.forEach((one, n) => {
    exactly(one, ["seq", "leaf", "proof", "disclosures"], "an event");
    must(isWhole(one.seq) && (n === 0 || list[n - 1].seq < one.seq), "events out of order");
    must(isText(one.leaf) && isText(one.proof), "an event");
  });
  return value;
}

function readTwinEvent(subject, one) {
  const member = (part) => TWIN + "/" + String(one.seq).padStart(6, "0") + "." + part;
  const event = { seq: one.seq, member: member("leaf.json"), openingMember: member("disclosures.json"), proofMember: member("tlog-proof") };
  event.leafBytes = utf8(one.leaf);
  event.opening = reading(subject, "package-malformed", event.openingMember, () => readDisclosures(one.disclosures), one.seq);
  event.proof = reading(subject, "proof-malformed", event.proofMember, () => parseProof(utf8(one.proof)), one.seq);
  return event;
}

/* A bare proof; `beside`: the bytes of leaf, disclosures and material, the last two where they are there. */
export function readBareProof(bytes, beside) {
  const subject = blank("proof");
  const event = { seq: null, member: "proof.leaf.json", openingMember: "proof.disclosures.json", proofMember: "proof.tlog-proof", leafBytes: beside.leaf };
  event.opening = beside.disclosures
    ? reading(subject, "package-malformed", event.openingMember, () => readDisclosures(parseCanonical(beside.disclosures)))
    : { encoded: [], erased: null };
  event.proof = reading(subject, "proof-malformed", event.proofMember, () => parseProof(bytes));
  if (beside.material) {
    const value = reading(subject, "package-malformed", "proof.material.json", () => checkMaterial(parseCanonical(beside.material)));
    subject.material = readEach(subject, value || {}, () => "proof.material.json");
  }
  subject.events.push(event);
  return subject;
}

/* (2) Files match their digests: from the manifest's signature down to each original. */

import { bagInfo, compareManifest, isBagit, MANIFEST, noteText, parseManifest, TAG_MANIFEST, TAGGED } from "../bag.js";
import { hex, inOrder, same } from "../bytes.js";
import { erasedFinding } from "../erasure.js";
import { finding, isFailure, outcome } from "../findings.js";
import { sha256Hex, sm3 } from "../hashes.js";
import { instantText } from "../instant.js";
import { signedBy, tryNote } from "../note.js";
import { ORIGINAL } from "../subject.js";
import { placeOf } from "./entries.js";

const NOTE = { member: TAG_MANIFEST + ".note" };

export function checkFiles(subject, context) {
  if (subject.kind === "proof") return outcome(2, [], true, () => erasedOr(subject, finding("no-files")));
  if (subject.kind === "twin") return checkTwin(subject);
  const findings = [];
  const { members, metadata } = subject;
  const log = context.logOf(metadata);
  if (members) {
    if (metadata) for (const one of signatureFindings(members, metadata, log)) findings.push(one);
    for (const one of manifestFindings(members, metadata)) findings.push(one);
    for (const one of originalFindings(subject)) findings.push(one);
    if (!findings.length && metadata && log) for (const one of keyTimeFindings(metadata, log, context)) findings.push(one);
    if (!findings.some(isFailure) && !subject.original()) findings.push(finding("container-not-original"));
  }
  return outcome(2, findings, Boolean(members && metadata), () => {
    const originals = [...members.keys()].filter((name) => ORIGINAL.test(name)).length;
    const code = log ? "digests-match" : "digests-match-own-key";
    return erasedOr(subject, finding(code, {}, { count: members.size, originals }));
  });
}

function checkTwin(subject) {
  const sha256 = subject.bytes ? " (" + sha256Hex(subject.bytes) + ")" : "";
  return outcome(2, [], true, () => finding("pdf-pages-not-covered", {}, { sha256 }));
}

function erasedOr(subject, success) {
  return erasedFinding(subject, "files-erased") || success;
}

function signatureFindings(members, metadata, log) {
  const found = [];
  if (log && !log.packageKeys.some((key) => key.vkey === metadata.package_vkey)) found.push(finding("package-key-not-pinned", NOTE));
  const [raw, tagged] = [members.get(TAG_MANIFEST + ".note"), members.get(TAG_MANIFEST)];
  if (!raw || !tagged) return found;
  const note = tryNote(raw);
  const good = note && note.text === noteText(metadata.origin, tagged) && signedBy(note, metadata.packageKey) === true;
  if (!good) found.push(finding("manifest-signature-invalid", NOTE));
  return found;
}

function manifestFindings(members, metadata) {
  const found = [];
  if (members.has("bagit.txt") && !isBagit(members.get("bagit.txt"))) found.push(finding("manifest-malformed", { member: "bagit.txt" }));
  const payload = [...members].filter(([name]) => name.startsWith("data/"));
  const lists = [[TAG_MANIFEST, TAGGED.filter((name) => members.has(name))], [MANIFEST, payload.map(([name]) => name)]];
  for (const [name, expected] of lists) {
    if (!members.has(name)) continue;
    const listed = parseManifest(members.get(name));
    if (!listed) found.push(finding("manifest-malformed", { member: name }));
    else for (const one of compareManifest(listed, members, expected).map(([code, member]) => finding(code, { member }))) found.push(one);
  }
  const info = members.get("bag-info.txt");
  if (info && metadata && !same(info, bagInfo(metadata, payload))) found.push(finding("bag-info-mismatch", { member: "bag-info.txt" }));
  return found;
}

function originalFindings(subject) {
  const found = [];
  for (const name of inOrder(subject.members.keys())) {
    const named = ORIGINAL.exec(name);
    if (!named) continue;
    const attachment = attachmentOf(subject.events, named[1]);
    if (!attachment) {
      found.push(finding("original-unbound", { member: name }));
      continue;
    }
    const content = subject.members.get(name);
    const field = sha256Hex(content) !== named[1] ? "sha256"
      : content.length !== attachment.size ? "size"
        : hex(sm3(content)) !== attachment.sm3 ? "sm3" : null;
    if (field) found.push(finding("original-mismatch", { ...placeOf(attachment.event, name), field }));
  }
  return found;
}

/* Size and SM3 that the first event discloses together with this SHA-256. */
function attachmentOf(events, digest) {
  for (const event of events) {
    const fields = event.fields || new Map();
    const places = [...fields.keys()].map((name) => /^attachments\.(0|[1-9]\d*)\.sha256$/.exec(name)).filter(Boolean);
    for (const [name, place] of places.sort((a, b) => a[1].length - b[1].length || (a[1] < b[1] ? -1 : 1))) {
      const [size, other] = ["size", "sm3"].map((part) => `attachments.${place}.${part}`);
      if (fields.get(name) === digest && fields.has(size) && fields.has(other)) {
        return { size: fields.get(size), sm3: fields.get(other), event };
      }
    }
  }
  return null;
}

/* After the end of a package key nothing shows that the package was sealed before; a later statement shows the contrary. */
function keyTimeFindings(metadata, log, context) {
  const key = log.packageKeys.find((one) => one.vkey === metadata.package_vkey);
  if (!key) return [];
  const newest = context.newestStatement();
  if (key.from !== null && context.now < key.from) {
    return [finding("package-key-not-in-force", NOTE, { date: instantText(key.from) })];
  }
  const ends = [key.until, key.revoked].filter((one) => one !== null && one <= context.now);
  if (!ends.length) return [];
  const end = ends.reduce((a, b) => (a < b ? a : b));
  if (newest !== null && newest >= end) return [finding("package-key-not-in-force", NOTE, { date: instantText(end) })];
  return [finding("package-key-time-unknown", NOTE, { date: instantText(end) })];
}


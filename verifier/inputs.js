/* Which kind of input a file is (docs/spec/verify.md, Inputs), and the subject that it makes. */

import { utf8 } from "./bytes.js";
import { Fault } from "./fault.js";
import { MAGIC } from "./proof.js";
import { readBareProof, readPackage, readPdf } from "./subject.js";

const KINDS = [
  ["package", utf8("PK\x03\x04"), ".zip"],
  ["pdf", utf8("%PDF-"), ".pdf"],
  ["proof", utf8(MAGIC), ".tlog-proof"],
];

export function kindOf(name, bytes) {
  const begins = (magic) => magic.every((byte, n) => bytes[n] === byte);
  const found = KINDS.find(([, magic]) => begins(magic)) || KINDS.find(([, , end]) => name.toLowerCase().endsWith(end));
  if (!found) throw new Fault("neither a package, nor a PDF, nor a proof", "unsupported-input");
  return found[0];
}

export function inputOf(kind, bytes, beside = {}) {
  if (kind === "package") return readPackage(bytes);
  if (kind === "pdf") return readPdf(bytes);
  if (!beside.leaf) throw new Fault("a proof needs its log entry F.leaf.json beside it", "leaf-missing");
  return readBareProof(bytes, beside);
}

/* Log entry: the leaf of one event (docs/spec/log.md, Leaf). */

import { TYPES } from "./text/catalogue.js";
import { Fault, must } from "./fault.js";
import { parseInstant } from "./instant.js";
import { asArray, exactly, isObject, isText, isWhole, parseCanonical } from "./json.js";
import { INSTITUTION, LOAN } from "./metadata.js";

const MEMBERS = [
  "v", "kind", "institution", "type", "type_version", "occurred_at", "captured_at", "loan", "seq", "prev", "sd", "sd_alg",
];

/* The entry; faults with the codes of check 3. */
export function parseLeaf(bytes) {
  const value = coded("leaf-not-canonical", () => parseCanonical(bytes));
  return coded("leaf-malformed", () => readLeaf(value));
}

function readLeaf(value) {
  must(isObject(value) && value.v === 1 && value.kind === "event", "no entry of an event");
  exactly(value, MEMBERS, "an entry");
  must(isText(value.institution) && INSTITUTION.test(value.institution), "institution");
  must(isText(value.type) && TYPES.has(value.type), "type");
  must(isWhole(value.type_version, -Infinity), "type_version");
  const occurred = parseInstant(value.occurred_at);
  const captured = parseInstant(value.captured_at);
  must(isText(value.loan) && LOAN.test(value.loan), "loan");
  must(isWhole(value.seq), "seq");
  must(isText(value.prev) && /^([0-9a-f]{64})?$/.test(value.prev) && (value.prev === "") === (value.seq === 0), "prev");
  const digests = asArray(value.sd, "sd");
  must(digests.every((one) => isText(one) && /^[A-Za-z0-9_-]{43}$/.test(one)), "sd");
  must(digests.every((one, n) => n === 0 || digests[n - 1] < one), "sd");
  must(value.sd_alg === "sha-256", "sd_alg");
  return { ...value, occurred, captured, digests: new Set(digests) };
}

function coded(code, action) {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.message, code);
  }
}

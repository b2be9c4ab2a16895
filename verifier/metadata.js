/* package.json: whose package this is (docs/spec/package.md, package.json). */

import { parseSignedCheckpoint } from "./checkpoint.js";
import { Fault, must } from "./fault.js";
import { isDate } from "./instant.js";
import { asArray, exactly, isObject, isText, isWhole } from "./json.js";
import { ED25519, parseVerifierKey } from "./note.js";

const MEMBERS = [
  "v", "kind", "institution", "credit_code", "our_reference", "as_of", "loan", "origin", "log_vkey", "package_vkey",
  "tree_size", "root", "checkpoint", "chain", "events", "draft", "sample", "recipient",
];
const CHAIN = ["chain_id", "genesis", "contract", "code_hash", "log_id", "tx", "block"];
export const INSTITUTION = /^[a-z0-9][a-z0-9-]{1,39}$/;
export const LOAN = /^[A-Za-z0-9_-]{22}$/;
const HASH = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;
const RECIPIENT = /^(court|mediator|(defendant|guarantor):[1-9][0-9]?)$/;
// eslint-disable-next-line no-control-regex
export const LINE = /^[^\x00-\x1f\x7f]{1,200}$/u;

/* The metadata of a parsed JSON value. `version-unknown` where kind or version is another. */
export function readMetadata(value) {
  must(isObject(value), "not an object");
  if (value.kind !== "proofdocket.package" || value.v !== 1) throw new Fault("another version", "version-unknown");
  exactly(value, MEMBERS, "package.json");
  const text = (name, form) => must(isText(value[name]) && form.test(value[name]), name);
  text("institution", INSTITUTION);
  text("credit_code", /^([0-9A-Z]{18})?$/);
  text("our_reference", LINE);
  must(isDate(value.as_of), "as_of");
  text("loan", LOAN);
  text("root", /^[0-9a-f]{64}$/);
  text("recipient", RECIPIENT);
  text("origin", LINE);
  must(isWhole(value.tree_size, 1), "tree_size");
  must(typeof value.draft === "boolean" && typeof value.sample === "boolean", "draft and sample");
  const logKey = ownKey(value.log_vkey, value.origin);
  const packageKey = ownKey(value.package_vkey, value.origin + "/package");
  must(isText(value.checkpoint), "checkpoint");
  const checkpoint = parseSignedCheckpoint(value.checkpoint);
  if (value.chain !== null) readClaim(value.chain);
  const events = asArray(value.events, "events");
  events.forEach(readEvent);
  return { ...value, logKey, packageKey, signed: checkpoint };
}

function ownKey(text, name) {
  const key = parseVerifierKey(text);
  must(key.kind === ED25519 && key.name === name, "a key of another name or kind");
  return key;
}

function readClaim(chain) {
  exactly(chain, CHAIN, "chain");
  must(isWhole(chain.chain_id, 1) && isWhole(chain.block), "chain");
  for (const name of ["genesis", "code_hash", "log_id", "tx"]) must(isText(chain[name]) && HASH.test(chain[name]), name);
  must(isText(chain.contract) && ADDRESS.test(chain.contract), "contract");
}

function readEvent(event) {
  exactly(event, ["seq", "index", "type"], "an event");
  must(isWhole(event.seq) && isWhole(event.index) && isText(event.type) && LINE.test(event.type), "an event");
}

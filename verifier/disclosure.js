/* Disclosures: the opened fields of an event, or the word that its content was erased (commitment.md, erasure.md). */

import { fromBase64url, toBase64url, utf8 } from "./bytes.js";
import { must } from "./fault.js";
import { sha256 } from "./hashes.js";
import { parseInstant } from "./instant.js";
import { asArray, exactly, isObject, isText, parseCanonical } from "./json.js";
import { LINE } from "./metadata.js";

/* `{encoded: [...]}` or `{erased: {at, reason}}` of the parsed value that stands in an event's place. */
export function readDisclosures(value) {
  if (isObject(value)) {
    exactly(value, ["erased"], "disclosures");
    const erased = exactly(value.erased, ["at", "reason"], "erased");
    parseInstant(erased.at);
    must(isText(erased.reason) && LINE.test(erased.reason), "the reason of an erasure");
    return { encoded: [], erased };
  }
  must(asArray(value, "disclosures").every(isText), "a disclosure is no text");
  return { encoded: value, erased: null };
}

export function openDisclosure(encoded) {
  const value = parseCanonical(fromBase64url(encoded));
  must(Array.isArray(value) && value.length === 3 && isText(value[0]) && isText(value[1]), "no disclosure");
  return { name: value[1], value: value[2] };
}

export const digestOf = (encoded) => toBase64url(sha256(utf8(encoded)));

/* (4) Disclosures open the commitments, and the facts called proven are among them. */

import { digestOf, openDisclosure } from "../disclosure.js";
import { erasedFinding } from "../erasure.js";
import { attempt } from "../fault.js";
import { finding, outcome } from "../findings.js";
import { canonicalText } from "../json.js";
import { FACTS, PACKAGE } from "../subject.js";
import { placeOf } from "./entries.js";

/* Opens the disclosures of each event: `event.fields` holds every well-formed one, which checks (2) and (4) compare, `event.shown`
 * only those that open a digest of the entry. Called before check (2). */
export function openAll(subject) {
  for (const event of subject.events) {
    event.fields = new Map();
    event.shown = new Map();
    event.opened = 0;
    event.openingFindings = [];
    const digests = event.leaf ? event.leaf.digests : null;
    const where = placeOf(event, event.openingMember);
    const read = ((event.opening && event.opening.encoded) || []).map((encoded) => [encoded, attempt(() => openDisclosure(encoded))]);
    for (const [, found] of read) if (!found) event.openingFindings.push(finding("disclosure-malformed", where));
    for (const [encoded, found] of read) if (found) openOne(event, where, encoded, found, digests);
  }
}

function openOne(event, where, encoded, found, digests) {
  const at = { ...where, field: found.name };
  const repeated = event.fields.has(found.name);
  if (!repeated) event.fields.set(found.name, found.value);
  if (!digests) return null;
  const matched = digests.has(digestOf(encoded));
  if (!matched) event.openingFindings.push(finding("disclosure-unmatched", at));
  if (repeated) event.openingFindings.push(finding("disclosure-repeated", at));
  if (!matched || repeated) return null;
  event.shown.set(found.name, found.value);
  event.opened += 1;
  return null;
}

export function checkOpened(subject, context) {
  const { events } = subject;
  const findings = events.flatMap((event) => event.openingFindings);
  if (subject.metadata) for (const one of metadataFindings(subject)) findings.push(one);
  for (const one of factFindings(subject)) findings.push(one);
  const reached = !context.unread && events.length > 0 && events.every((event) => event.leaf);
  return outcome(4, findings, reached, () => success(subject));
}

function metadataFindings(subject) {
  const { metadata, events } = subject;
  const found = [];
  const listed = metadata.events.map((one) => one.seq);
  if (String(listed) !== String(events.map((event) => event.seq))) {
    found.push(finding("metadata-mismatch", { member: PACKAGE, field: "events" }));
  }
  const entries = new Map(metadata.events.map((one) => [one.seq, one]));
  events.forEach((event) => {
    const entry = entries.get(event.seq);
    if (!entry) return;
    const mismatch = (field) => found.push(finding("metadata-mismatch", { ...placeOf(event), field }));
    if (event.leaf) {
      if (event.leaf.institution !== metadata.institution) mismatch("institution");
      if (event.leaf.loan !== metadata.loan) mismatch("loan");
      if (event.leaf.seq !== event.seq) mismatch("seq");
      if (event.leaf.type !== entry.type) mismatch("type");
      if (!event.proof || event.proof.index !== BigInt(entry.index)) mismatch("index");
    }
  });
  return found;
}

function factFindings(subject) {
  const found = [];
  const named = eventsById(subject);
  for (const fact of subject.facts) {
    if (fact.state !== "proven") continue;
    const where = { member: FACTS, field: fact.key };
    const event = named.get(fact.event);
    if (!event || !event.fields.has(fact.field)) found.push(finding("fact-unsupported", where));
    else if (textOfValue(event.fields.get(fact.field)) !== fact.value) {
      found.push(finding("fact-mismatch", { ...placeOf(event, FACTS), field: fact.key }));
    }
  }
  return found;
}

/* The events by the id that they disclose; of two with one id the last counts. */
export const eventsById = (subject) => new Map(subject.events.map((event) => [event.fields.get("id"), event]));

export const textOfValue = (value) => (typeof value === "string" ? value : canonicalText(value));

function success(subject) {
  const { events } = subject;
  const opened = events.reduce((sum, event) => sum + event.opened, 0);
  const facts = subject.facts.filter((fact) => fact.state === "proven").length;
  const erased = erasedFinding(subject, "disclosures-erased", opened);
  if (erased) return erased;
  if (!opened) return finding("nothing-disclosed");
  const hidden = events.reduce((sum, event) => sum + event.leaf.digests.size - event.opened, 0);
  return finding(hidden ? "disclosures-open-partly" : "disclosures-open", {}, { count: opened, facts, hidden });
}

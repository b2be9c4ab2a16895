/* One file verified, as plain data that a worker can hand to the page. */

import { remember, sha256Hex } from "./hashes.js";
import { debtView } from "./debt_view.js";
import { Fault, must } from "./fault.js";
import { inputOf, kindOf } from "./inputs.js";
import { ChainNode } from "./node.js";
import { eventsById, textOfValue } from "./checks/opened.js";
import { parseTrust, withBlockHash } from "./trust.js";
import { verify } from "./verify.js";

export function loadTrust({ bytes, issuer, blockHash }) {
  must(bytes || !(issuer || blockHash), "a key or a block hash without a trust file", "trust-missing");
  if (!bytes) return null;
  const trust = parseTrust(bytes, issuer || "");
  return blockHash ? withBlockHash(trust, blockHash) : trust;
}

/* `{name, size, sha256, report | error}` of one input. */
export async function viewOf(task) {
  const { name, bytes, beside, now, rpc } = task;
  const head = { name, size: bytes.length, now, node: rpc || "" };
  try {
    const subject = inputOf(kindOf(name, bytes), bytes, beside);
    await hurry([bytes, ...(subject.members ? subject.members.values() : [])]);
    const report = await verify(subject, loadTrust(task.trust), rpc ? new ChainNode(rpc) : null, now);
    return { ...head, sha256: sha256Hex(bytes), ...bodyOf(subject, report) };
  } catch (error) {
    const code = error instanceof Fault ? error.code : "internal";
    return { ...head, result: "error", error: { code, message: String(error && error.message) } };
  }
}

/* Large SHA-256 digests by the browser itself, where it has them for files; else they are made here. */
async function hurry(parts) {
  const subtle = globalThis.crypto && globalThis.crypto.subtle;
  if (!subtle) return;
  for (const part of parts) if (part.length > 262144) remember(part, new Uint8Array(await subtle.digest("SHA-256", part)));
}

function bodyOf(subject, report) {
  const checks = report.checks.map(({ n, code, state, detail }) => ({ n, code, state, detail: plain(detail) }));
  const { metadata } = subject;
  return {
    result: report.result, checks, where: report.where.map(plain), since: report.unaltered_since, trust: report.trust, times: report.times,
    about: metadata && {
      reference: metadata.our_reference, institution: metadata.institution, credit_code: metadata.credit_code, as_of: metadata.as_of,
      recipient: metadata.recipient, origin: metadata.origin, size: metadata.tree_size, draft: metadata.draft, sample: metadata.sample,
    },
    facts: factsOf(subject, report), debt: subject.kind === "package" ? debtView(subject.ledger) : null,
  };
}

const plain = (detail) =>
  Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]));

/* Each fact with its label: what the papers call it, and whether a disclosed field bears it out. */
function factsOf(subject, report) {
  const state = (n) => report.checks[n - 1].state;
  const holds = [1, 3, 4, 5].every((n) => ["passed", "erased"].includes(state(n)));
  const sound = holds && report.checks.every((check) => check.state !== "failed");
  const named = sound ? eventsById(subject) : new Map();
  return subject.facts.map((fact) => {
    const { key, value, event, field, exhibit } = fact;
    const from = named.get(event);
    const shown = from && from.shown.get("id") === event && from.shown.has(field) && textOfValue(from.shown.get(field)) === value;
    let label = fact.state;
    if (label === "proven" && !shown) label = "refuted";
    else if (label === "proven" && state(6) !== "passed") label = "unconfirmed";
    return { key, value, label, event, field, exhibit };
  });
}

/* The second verifier on a command line. `node cli.mjs FILE… [--trust F] [--now INSTANT] [--rpc URL]` prints one JSON report a line;
 * `--batch` reads lines of JSON from standard input: {"kind", "file", "trust"?, "issuer"?, "now"?, "rpc"?, "beside"?}, bytes in base64. */

import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { inputOf, kindOf } from "./inputs.js";
import { fromBase64, utf8 } from "./bytes.js";
import { computeClaim } from "./debt.js";
import { Fault } from "./fault.js";
import { parseJson } from "./json.js";
import { ChainNode } from "./node.js";
import { now as clock, parseInstant } from "./instant.js";
import { reportJson } from "./report.js";
import { parseTrust } from "./trust.js";
import { verify } from "./verify.js";

const nodeOf = (url) => (url ? new ChainNode(url) : null);

async function answer(action) {
  try {
    return reportJson(await action());
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

/* `--debt`: each line of standard input is the input of a ledger; each line printed is the claim, or the refusal. */
async function debts() {
  for await (const line of createInterface({ input: process.stdin })) {
    let out;
    try {
      out = computeClaim(parseJson(utf8(line)));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      out = { error: { code: error.code, message: error.message } };
    }
    process.stdout.write(JSON.stringify(out) + "\n");
  }
}

async function batch() {
  const trusts = new Map();
  const trustOf = (text, issuer) => {
    const key = text + "|" + issuer;
    if (!trusts.has(key)) trusts.set(key, parseTrust(fromBase64(text), issuer || ""));
    return trusts.get(key);
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const task = JSON.parse(line);
    const out = await answer(() => {
      const beside = {};
      for (const [name, text] of Object.entries(task.beside || {})) beside[name] = fromBase64(text);
      const trust = task.trust ? trustOf(task.trust, task.issuer) : null;
      return verify(inputOf(task.kind, fromBase64(task.file), beside), trust, nodeOf(task.rpc), task.now ? parseInstant(task.now) : clock());
    });
    process.stdout.write(JSON.stringify(out) + "\n");
  }
}

function besideOf(path) {
  const stem = path.replace(/\.tlog-proof$/, "");
  const beside = {};
  for (const [name, end] of [["leaf", ".leaf.json"], ["disclosures", ".disclosures.json"], ["material", ".material.json"]]) {
    if (existsSync(stem + end)) beside[name] = new Uint8Array(readFileSync(stem + end));
  }
  return beside;
}

async function files(paths, options) {
  let worst = 0;
  for (const path of paths) {
    const out = await answer(() => {
      const trust = options.trust ? parseTrust(new Uint8Array(readFileSync(options.trust)), options.issuer || "") : null;
      const bytes = new Uint8Array(readFileSync(path));
      return verify(inputOf(kindOf(path, bytes), bytes, besideOf(path)), trust, nodeOf(options.rpc), options.now ? parseInstant(options.now) : clock());
    });
    process.stdout.write(JSON.stringify({ ...out, path }) + "\n");
    worst = Math.max(worst, { passed: 0, failed: 1 }[out.result] ?? 2);
  }
  process.exitCode = worst;
}

const [paths, options] = [[], {}];
const words = process.argv.slice(2);
while (words.length) {
  const word = words.shift();
  if (word === "--batch" || word === "--debt") options[word.slice(2)] = true;
  else if (word.startsWith("--")) options[word.slice(2)] = words.shift();
  else paths.push(word);
}
await (options.debt ? debts() : options.batch ? batch() : files(paths, options));

/* A node of the pinned chain, asked over JSON-RPC, only where the reader named one (docs/spec/verify.md, check 8, from 7 on). */

import { fromHex, hex, join, same, utf8 } from "./bytes.js";
import { ANCHORED } from "./anchor.js";
import { Fault, must } from "./fault.js";
import { finding } from "./findings.js";
import { keccak256 } from "./hashes.js";
import { instantText, LATEST, SECOND } from "./instant.js";
import { isObject, isText, parseJson } from "./json.js";
import { ED25519 } from "./note.js";
import { logIdOf } from "./trust.js";

const UNREACHABLE = "chain-unreachable";
const PATIENCE = 10000;
const MOST = 4 * 1024 * 1024;
const selector = (signature) => hex(keccak256(utf8(signature)).subarray(0, 4));
const word = (value) => BigInt(value).toString(16).padStart(64, "0");
const quantity = (value) => "0x" + BigInt(value).toString(16);

/* A reader of one node. `send(url, body)` resolves to the answer's bytes; tests give their own. */
export class ChainNode {
  constructor(url, send = sendByFetch) {
    Object.assign(this, { url, send });
  }

  async ask(method, params) {
    let answer;
    try {
      answer = parseJson(await this.send(this.url, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })));
    } catch (error) {
      throw new Fault(method + ": " + error.message, UNREACHABLE);
    }
    const refused = !isObject(answer) || !("result" in answer) || (answer.error !== undefined && answer.error !== null);
    must(!refused, method + ": no result", UNREACHABLE);
    return answer.result;
  }

  async number(method) {
    return asNumber(await this.ask(method, []), method);
  }

  /* `{hash, time}` of a block. */
  async block(number) {
    const block = await this.ask("eth_getBlockByNumber", [quantity(number), false]);
    must(isObject(block), "no block " + number, UNREACHABLE);
    const time = asNumber(block.timestamp, "a block's time") * SECOND;
    must(time < LATEST, "a block's time", UNREACHABLE);
    return { hash: asData(block.hash, "a block's hash", 32), time };
  }

  async bytes(method, params) {
    return fromHex(asData(await this.ask(method, params), method).slice(2));
  }

  async call(contract, data) {
    const answer = await this.bytes("eth_call", [{ to: contract, data: "0x" + data }, "latest"]);
    must(answer.length === 32, "eth_call", UNREACHABLE);
    return answer;
  }

  /* Blocks of the events `Anchored(logId, size, …)` from `first` on, rising. */
  async eventBlocks(contract, logId, size, first) {
    const topics = ["0x" + hex(ANCHORED), logId, "0x" + word(size)];
    const logs = await this.ask("eth_getLogs", [{ address: contract, topics, fromBlock: quantity(first), toBlock: "latest" }]);
    must(Array.isArray(logs) && logs.every(isObject), "eth_getLogs", UNREACHABLE);
    const isOurs = (log) => lowered(log.address) === contract && Array.isArray(log.topics) && lowered(log.topics.join()) === lowered(topics.join())
      && [undefined, null, false].includes(log.removed); // a node may answer more than it was asked
    const blocks = logs.filter(isOurs).map((log) => asNumber(log.blockNumber, "eth_getLogs"));
    return blocks.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }
}

const lowered = (text) => (isText(text) ? text.toLowerCase() : "");

function asNumber(text, what) {
  must(isText(text) && /^0x[0-9a-fA-F]{1,16}$/.test(text) && BigInt(text) < 1n << 63n, what, UNREACHABLE);
  return BigInt(text);
}

function asData(text, what, size = null) {
  must(isText(text) && /^0x([0-9a-fA-F]{2})*$/.test(text) && (size === null || text.length === 2 + 2 * size), what, UNREACHABLE);
  return text.toLowerCase();
}

async function sendByFetch(url, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(url, { method: "POST", body, headers, redirect: "error", credentials: "omit", signal: stop.signal });
    must(answer.status === 200, "status " + answer.status);
    const reader = answer.body.getReader();
    const parts = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return join(...parts);
      length += value.length;
      must(length <= MOST, "an answer over 4 MiB");
      parts.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
}

/* Points 7 to 11 of check (8): `{finding, anchor}`. */
export async function askNode(node, question) {
  try {
    return await asked(node, question);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { finding: finding(UNREACHABLE, {}, { detail: error.message }) };
  }
}

async function asked(node, { chains, logIds, log, claim, shown, checkpoint }) {
  const id = await node.number("eth_chainId");
  const here = chains.filter((chain) => BigInt(chain.chain_id) === id);
  if (!here.length) return { finding: finding("chain-id-mismatch", {}, { chain_id: id }) };
  let answer = null;
  for (const chain of here) {
    answer = await askContract(node, chain, { logIds, log, claim, shown, checkpoint });
    if (answer.finding.code !== "log-id-mismatch") break; // a bare proof does not say which of two pinned contracts; the log id does
  }
  return answer;
}

async function askContract(node, chain, { logIds, log, claim, shown, checkpoint }) {
  if ((await node.block(0)).hash !== chain.genesis) return { finding: finding("genesis-mismatch") };
  const code = await node.bytes("eth_getCode", [chain.contract, "latest"]);
  if ("0x" + hex(keccak256(code)) !== chain.code_hash) return { finding: finding("code-mismatch") };
  let answer = { finding: finding("log-id-mismatch") };
  for (const logId of logIds) {
    if (!(await follows(node, chain, log, logId))) continue;
    answer = await holds(node, chain, logId, { claim, shown, checkpoint });
    if (!["root-missing", "not-anchored"].includes(answer.finding.code)) break;
  }
  return answer;
}

async function follows(node, chain, log, logId) {
  const answer = await node.call(chain.contract, selector("registrantOf(bytes32)") + logId.slice(2));
  const registrant = "0x" + hex(answer.subarray(12));
  return log.keys.filter((key) => key.verifier.kind === ED25519)
    .some((key) => logIdOf(log.origin, key.verifier.key, chain.chain_id, chain.contract, registrant) === logId);
}

async function holds(node, chain, logId, { claim, shown, checkpoint }) {
  if (shown && (await hasBlock(node, shown))) return depthOf(node, chain, shown.number, shown.time);
  const root = await node.call(chain.contract, selector("rootAt(bytes32,uint64)") + logId.slice(2) + word(checkpoint.size));
  if (root.every((byte) => byte === 0)) {
    return { finding: claim ? finding("root-missing", {}, { size: checkpoint.size }) : finding("not-anchored") };
  }
  if (!same(root, checkpoint.root)) return { finding: finding("root-mismatch", {}, { size: checkpoint.size }) };
  let blocks = await node.eventBlocks(chain.contract, logId, checkpoint.size, claim ? claim.block : 0);
  if (!blocks.length && claim) blocks = await node.eventBlocks(chain.contract, logId, checkpoint.size, 0);
  if (!blocks.length) return { finding: finding("anchor-event-missing", {}, { size: checkpoint.size }) };
  return depthOf(node, chain, blocks[0], (await node.block(blocks[0])).time);
}

/* Whether the node's chain has the proven block; after a reorganisation it has another one there, or none. */
async function hasBlock(node, { number, hash }) {
  try {
    return (await node.block(number)).hash === hash;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return false;
  }
}

async function depthOf(node, chain, block, time) {
  const depth = (await node.number("eth_blockNumber")) - block;
  const told = { chain_id: chain.chain_id, block, depth, time: instantText(time), grade: chain.grade, wanted: chain.confirmations };
  if (depth < BigInt(chain.confirmations)) return { finding: finding("not-deep-enough", {}, told) };
  const code = chain.grade === "self-run" ? "anchored-self-run" : "anchored";
  return { finding: finding(code, {}, told), anchor: { time, grade: chain.grade, chainId: chain.chain_id } };
}

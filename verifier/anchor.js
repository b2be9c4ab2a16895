/* Anchor material: block header and receipt proof of an `Anchored` event (docs/spec/anchor.md, Proof material). */

import { fromHex, hex, numberOf, same, utf8 } from "./bytes.js";
import { must } from "./fault.js";
import { keccak256 } from "./hashes.js";
import { LATEST, SECOND } from "./instant.js";
import { asArray, exactly, isText, isWhole, parseCanonical } from "./json.js";

const PART = 32768;
export const ANCHORED = keccak256(utf8("Anchored(bytes32,uint64,bytes32,uint64)"));

export function parseAnchorMaterial(bytes) {
  const names = ["v", "kind", "header", "receipt_proof", "tx_index", "log_index"];
  const value = exactly(parseCanonical(bytes), names, "anchor");
  must(value.v === 1 && value.kind === "proofdocket.anchor", "another kind of anchor");
  const part = (text) => {
    must(isText(text) && text.startsWith("0x"), "no hex");
    must(text.length <= 2 + 2 * PART, "too long");
    const raw = fromHex(text.slice(2));
    must(raw.length >= 1 && raw.length <= PART, "too long");
    return raw;
  };
  const nodes = asArray(value.receipt_proof, "receipt_proof").map(part);
  must(nodes.length >= 1 && nodes.length <= 16, "receipt_proof");
  must([value.tx_index, value.log_index].every((n) => isWhole(n) && n < 2 ** 32), "an index");
  return { header: part(value.header), nodes, txIndex: value.tx_index, logIndex: value.log_index };
}

/* RLP in its one spelling: bytes, or a list of items. */
export function decodeRlp(bytes) {
  const [item, end] = rlpItem(bytes, 0, 0);
  must(end === bytes.length, "something follows the RLP item");
  return item;
}

function rlpItem(bytes, at, depth) {
  must(at < bytes.length && depth <= 16, "RLP is cut or too deep");
  const first = bytes[at];
  if (first < 0x80) return [bytes.subarray(at, at + 1), at + 1];
  const list = first >= 0xc0;
  const base = list ? 0xc0 : 0x80;
  let start = at + 1;
  let length = first - base;
  if (length > 55) {
    const width = length - 55;
    start += width;
    must(start <= bytes.length && bytes[at + 1] !== 0, "an RLP length");
    const long = numberOf(bytes.subarray(at + 1, start));
    must(long > 55n && long <= BigInt(bytes.length), "an RLP length");
    length = Number(long);
  }
  const end = start + length;
  must(end <= bytes.length, "RLP is cut");
  if (!list) {
    must(length !== 1 || bytes[start] >= 0x80, "RLP in another spelling");
    return [bytes.subarray(start, end), end];
  }
  const items = [];
  while (start < end) {
    const [item, next] = rlpItem(bytes.subarray(0, end), start, depth + 1);
    items.push(item);
    start = next;
  }
  return [items, end];
}

function rlpNumber(value) {
  if (value === 0) return Uint8Array.of(0x80);
  if (value < 0x80) return Uint8Array.of(value);
  const digits = fromHex((value.toString(16).length % 2 ? "0" : "") + value.toString(16));
  return Uint8Array.of(0x80 + digits.length, ...digits);
}

const isBytes = (item) => item instanceof Uint8Array;

function word(item, what) {
  must(isBytes(item) && item.length <= 8 && (item.length === 0 || item[0] !== 0), what);
  return numberOf(item);
}

/* What sound material shows: `{hash, number, time, contract, logId, size, root}`. */
export function proveAnchor(material) {
  const header = decodeRlp(material.header);
  must(Array.isArray(header) && header.length >= 15 && header.length <= 32, "the header");
  must(isBytes(header[5]) && header[5].length === 32, "the receipts root");
  const number = word(header[8], "the block's number");
  const time = word(header[11], "the block's time") * SECOND;
  must(time < LATEST, "the block's time");
  const receipt = receiptOf(trieValue(header[5], rlpNumber(material.txIndex), material.nodes));
  const logs = receipt[3];
  must(material.logIndex < logs.length, "no such event in the receipt");
  const log = logs[material.logIndex];
  must(Array.isArray(log) && log.length === 3, "the event");
  const [address, topics, data] = log;
  must(isBytes(address) && address.length === 20, "the event's address");
  must(Array.isArray(topics) && topics.length === 3 && topics.every((one) => isBytes(one) && one.length === 32), "topics");
  must(same(topics[0], ANCHORED), "another event");
  must(topics[2].subarray(0, 24).every((byte) => byte === 0), "the size");
  must(isBytes(data) && data.length === 64, "the event's data");
  return {
    hash: "0x" + hex(keccak256(material.header)),
    number,
    time,
    contract: "0x" + hex(address),
    logId: "0x" + hex(topics[1]),
    size: numberOf(topics[2]),
    root: data.subarray(0, 32),
  };
}

function receiptOf(value) {
  const typed = value.length > 0 && value[0] < 0x80;
  const receipt = decodeRlp(typed ? value.subarray(1) : value);
  must(Array.isArray(receipt) && receipt.length === 4 && Array.isArray(receipt[3]), "the receipt");
  must(isBytes(receipt[0]) && receipt[0].length === 1 && receipt[0][0] === 1, "the transaction failed");
  return receipt;
}

/* The value at `key` under `root`; every listed node is used, in order. */
function trieValue(root, key, nodes) {
  const path = [...hex(key)].map((digit) => parseInt(digit, 16));
  let reference = root;
  let used = 0;
  for (;;) {
    let node = reference;
    if (isBytes(reference)) {
      must(reference.length === 32 && used < nodes.length, "a node of the trie is not listed");
      must(same(keccak256(nodes[used]), reference), "a node of the trie is another");
      must(used === 0 || nodes[used].length >= 32, "a short node is listed");
      node = decodeRlp(nodes[used++]);
    }
    must(Array.isArray(node) && (node.length === 17 || node.length === 2), "a node of the trie");
    if (node.length === 17) {
      if (!path.length) return leafValue(node[16], used, nodes);
      reference = node[path.shift()];
      continue;
    }
    const { digits, leaf } = compactPath(node[0]);
    must(digits.every((digit) => path.shift() === digit), "the path leads elsewhere");
    if (leaf) {
      must(!path.length, "the path is not used up");
      return leafValue(node[1], used, nodes);
    }
    reference = node[1];
  }
}

function leafValue(value, used, nodes) {
  must(isBytes(value) && value.length > 0 && used === nodes.length, "no value, or nodes left over");
  return value;
}

function compactPath(item) {
  must(isBytes(item) && item.length > 0, "a path of the trie");
  const digits = [...hex(item)].map((digit) => parseInt(digit, 16));
  const flag = digits.shift();
  must(flag <= 3, "a path of the trie");
  if (!(flag & 1)) must(digits.shift() === 0, "a path of the trie");
  must(flag >= 2 || digits.length > 0, "an empty extension");
  return { digits, leaf: flag >= 2 };
}

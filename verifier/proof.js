/* Proof of one leaf: c2sp.org/tlog-proof@v1 (docs/spec/proof.md). */

import { fromBase64, textOf } from "./bytes.js";
import { parseSignedCheckpoint } from "./checkpoint.js";
import { must } from "./fault.js";

export const MAGIC = "c2sp.org/tlog-proof@v1";
const EXTRA = 65536;

/* `{index, path, checkpoint}` of the bytes of a proof. */
export function parseProof(bytes) {
  const text = textOf(bytes);
  const cut = text.indexOf("\n\n");
  must(cut >= 0, "no checkpoint follows");
  const lines = text.slice(0, cut).split("\n");
  must(lines.shift() === MAGIC, "not " + MAGIC);
  if (lines.length && lines[0].startsWith("extra ")) {
    const extra = fromBase64(lines.shift().slice(6));
    must(extra.length > 0 && extra.length <= EXTRA, "no extra data, or too much");
  }
  const [, digits] = /^index (0|[1-9][0-9]*)$/.exec(lines.shift() || "") || [];
  must(digits !== undefined, "no index");
  const path = lines.map(fromBase64);
  must(path.length <= 63 && path.every((node) => node.length === 32), "a node of the path is malformed");
  const checkpoint = parseSignedCheckpoint(text.slice(cut + 2));
  const index = BigInt(digits);
  must(index < checkpoint.size, "the index lies beyond the tree");
  return { index, path, checkpoint };
}

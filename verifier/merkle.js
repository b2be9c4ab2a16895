/* RFC 9162 Merkle tree: leaf and node hashes, inclusion proofs (docs/spec/log.md, Tree). */

import { join, same } from "./bytes.js";
import { sha256 } from "./hashes.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (leaf) => sha256(join(LEAF, leaf));
const nodeHash = (left, right) => sha256(join(NODE, left, right));

/* RFC 9162 2.1.3.2: whether the path leads from the leaf hash at `index` to `root` of the tree of `size` leaves. */
export function leadsTo(hash, index, size, path, root) {
  if (index < 0n || index >= size) return false;
  let fn = index;
  let sn = size - 1n;
  let r = hash;
  for (const p of path) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      r = nodeHash(p, r);
      while (!(fn & 1n) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      r = nodeHash(r, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && same(r, root);
}

/* BagIt manifests of a package, from the signature down (docs/spec/package.md, Manifests). */

import { attempt, must } from "./fault.js";
import { inOrder, same, textOf, utf8 } from "./bytes.js";
import { sha256Hex } from "./hashes.js";

export const BAGIT = utf8("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
export const MANIFEST = "manifest-sha256.txt";
export const TAG_MANIFEST = "tagmanifest-sha256.txt";
export const TAGGED = ["bag-info.txt", "bagit.txt", MANIFEST];

/* Digests by name, or null where the bytes are no manifest in its one spelling. */
export function parseManifest(bytes) {
  return attempt(() => {
    const text = textOf(bytes);
    const found = new Map();
    if (text === "") return found;
    must(text.endsWith("\n"), "no final newline");
    let last = "";
    for (const line of text.slice(0, -1).split("\n")) {
      const [, digest, name] = /^([0-9a-f]{64}) {2}([!-~]+)$/.exec(line) || [];
      must(digest && last < name, "a line of a manifest");
      found.set(name, digest);
      last = name;
    }
    return found;
  });
}

export function bagInfo(metadata, payload) {
  const octets = payload.reduce((sum, [, content]) => sum + content.length, 0);
  return utf8(
    `Bagging-Date: ${metadata.as_of}\nExternal-Identifier: ${metadata.our_reference}\n`
    + `Payload-Oxum: ${octets}.${payload.length}\nSource-Organization: ${metadata.institution}\n`,
  );
}

export const noteText = (origin, tagManifest) => `proofdocket.package/v1\n${origin}\n${sha256Hex(tagManifest)}\n`;

/* What differs between a manifest and the members it should list: `[code, member]`, in order of the names. */
export function compareManifest(listed, members, expected) {
  const found = [];
  for (const name of inOrder(new Set([...listed.keys(), ...expected]))) {
    if (!listed.has(name)) found.push(["member-unlisted", name]);
    else if (!expected.includes(name)) found.push(["member-absent", name]);
    else if (sha256Hex(members.get(name)) !== listed.get(name)) found.push(["digest-mismatch", name]);
  }
  return found;
}

export const isBagit = (bytes) => same(bytes, BAGIT);

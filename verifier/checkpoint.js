/* Checkpoint: the three lines of a log's state, and the note that carries them (docs/spec/checkpoint.md). */

import { fromBase64, utf8 } from "./bytes.js";
import { must } from "./fault.js";
import { parseNote } from "./note.js";

const MOST = 1n << 63n;

export function parseCheckpointText(text) {
  const lines = text.split("\n");
  must(lines.length === 4 && lines[3] === "" && lines[0] !== "", "a checkpoint has three lines");
  must(/^(0|[1-9][0-9]*)$/.test(lines[1]), "the tree size is no decimal number");
  const size = BigInt(lines[1]);
  must(size < MOST, "the tree size is too large");
  const root = fromBase64(lines[2]);
  must(root.length === 32, "the root hash has not 32 bytes");
  return { origin: lines[0], size, root, text };
}

/* `{checkpoint, note}` of a signed checkpoint. */
export function parseSignedCheckpoint(text) {
  const note = parseNote(utf8(text));
  return { ...parseCheckpointText(note.text), note, whole: text };
}

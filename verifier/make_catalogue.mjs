/* Writes text/catalogue.js: the event types of docs/spec/event.md, so that nobody types them twice. */

import { readFileSync, writeFileSync } from "node:fs";

const page = new URL("../docs/spec/event.md", import.meta.url);
const target = new URL("./text/catalogue.js", import.meta.url);

export function catalogue() {
  const rows = readFileSync(page, "utf8").matchAll(/^\| `([a-z_]+\.[a-z_]+)` \| (.+?)<br>(.+?) \|/gm);
  const names = [...rows].map(([, type, zh, en]) => [type, zh, en]).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = names.map((row) => "  " + JSON.stringify(row) + ",\n").join("");
  return "/* Event types with their Chinese and English names. Made by make_catalogue.mjs from docs/spec/event.md. */\n\n"
    + "export const TYPES = new Map([\n" + lines + "].map(([type, zh, en]) => [type, { zh, en }]));\n";
}

export const writeCatalogue = () => writeFileSync(target, catalogue());

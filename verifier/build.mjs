/* Builds evidence_service/verifier/verify.html: one file, no network. `node verifier/build.mjs [--check]`.
 *
 * The policy allows exactly this script and this style by their hashes. `connect-src` stays open in it only because a policy can be
 * tightened and never widened: page/gate.js, which runs first, shuts it, or leaves open the one node that the reader named. */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { catalogue, writeCatalogue } from "./make_catalogue.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const read = (path) => readFileSync(here(path), "utf8");
const TARGET = here("../evidence_service/verifier/verify.html");
const OLDEST = "chrome80";
const hash = (text) => "'sha256-" + createHash("sha256").update(text).digest("base64") + "'";

async function page() {
  const options = { bundle: true, minify: true, write: false, format: "iife", target: OLDEST, charset: "utf8", legalComments: "none" };
  const made = await build({ ...options, entryPoints: [here("page/main.js")], logLevel: "error" });
  const program = made.outputFiles[0].text.trim().replace(/<\/script/gi, "<\\/script").replace(/<!--/g, "<\\!--");
  const gate = (await transform(read("page/gate.js"), { minify: true, target: OLDEST })).code.trim();
  const style = (await transform(read("page/page.css"), { loader: "css", minify: true, target: OLDEST, charset: "utf8" })).code.trim();
  const policy = [
    "default-src 'none'", `script-src ${hash(gate)} ${hash(program)}`, `style-src ${hash(style)}`, "worker-src blob:",
    "connect-src http: https:", "base-uri 'none'", "form-action 'none'",
  ].join("; ");
  const parts = { csp: policy, style, gate, program };
  return read("page/page.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

const check = process.argv.includes("--check");
if (check && catalogue() !== read("text/catalogue.js")) throw new Error("text/catalogue.js is not that of docs/spec/event.md: node verifier/build.mjs");
if (!check) writeCatalogue();
const made = await page();
if (check && made !== readFileSync(TARGET, "utf8")) throw new Error("verify.html is not that of verifier/: node verifier/build.mjs");
if (!check) writeFileSync(TARGET, made);
process.stdout.write(`verify.html: ${Buffer.byteLength(made)} bytes\n`);

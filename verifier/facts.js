/* facts.json: the facts of the papers, and what shows each (docs/spec/package.md, facts.json). */

import { must } from "./fault.js";
import { asArray, exactly, isText, isWhole } from "./json.js";
import { LINE } from "./metadata.js";

const STATES = ["proven", "derived", "unsupported", "withheld"];

export function readFacts(value) {
  for (const fact of asArray(value, "facts.json")) {
    exactly(fact, ["key", "value", "state", "event", "field", "exhibit"], "a fact");
    must(["key", "value", "state", "event", "field"].every((name) => isText(fact[name])), "a fact");
    must(LINE.test(fact.key), "a fact's key");
    must(STATES.includes(fact.state) && isWhole(fact.exhibit), "a fact");
    must(fact.state !== "withheld" || fact.value === "", "a withheld fact with a value");
  }
  return value;
}

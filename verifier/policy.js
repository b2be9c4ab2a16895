/* Witness policy of the day: C2SP tlog-policy (docs/spec/witness.md, Policy). Only its witnesses' keys are used here. */

import { textOf } from "./bytes.js";
import { must } from "./fault.js";
import { COSIGNATURE, ED25519, ML_DSA, parseVerifierKey } from "./note.js";

/* The verifier keys of the policy's witnesses. */
export function parsePolicy(bytes) {
  must(bytes.length <= 1048576, "the policy is too long");
  const text = textOf(bytes);
  must(text.endsWith("\n") && !/[\x00-\x08\x0b-\x1f\x7f]/.test(text), "the policy holds a control character");
  const lines = text.slice(0, -1).split("\n");
  must(lines.length <= 1024, "the policy has too many lines");
  const state = { names: new Map(), members: new Set(), keys: new Set(), logs: new Set(), witnesses: [], quorum: null };
  for (const line of lines) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    if (!words.length || words[0].startsWith("#")) continue;
    const [verb, ...rest] = words;
    must(verb in VERBS, "a line of the policy begins with another word");
    VERBS[verb](state, rest);
  }
  must(state.quorum !== null, "the policy has no quorum");
  return state.witnesses;
}

const VERBS = Object.assign(Object.create(null), {
  log(state, words) {
    must(words.length === 1 || words.length === 2, "a log line");
    const key = parseVerifierKey(words[0]);
    must(key.kind === ED25519 || key.kind === ML_DSA, "a log key of another kind");
    once(state.logs, String(key.key), "a log stands twice");
  },
  witness(state, words) {
    must(words.length === 2 || words.length === 3, "a witness line");
    define(state, words[0]);
    const key = parseVerifierKey(words[1]);
    must(key.kind === COSIGNATURE || key.kind === ML_DSA, "a witness key of another kind");
    once(state.keys, String(key.key), "a witness stands twice");
    state.witnesses.push(key);
  },
  group(state, words) {
    const [name, threshold, ...members] = words;
    must(members.length >= 1, "a group without members");
    for (const member of members) {
      must(state.names.has(member), "a group names what was not defined");
      once(state.members, member, "a name stands in two groups");
    }
    const k = threshold === "all" ? members.length : threshold === "any" ? 1 : Number(threshold);
    must(/^(all|any|[1-9][0-9]*)$/.test(threshold) && k <= members.length, "a threshold");
    define(state, name);
  },
  quorum(state, words) {
    must(words.length === 1 && state.quorum === null, "a second quorum");
    must(words[0] === "none" || state.names.has(words[0]), "the quorum names what was not defined");
    state.quorum = words[0];
  },
});

function define(state, name) {
  must(name !== "none" && !state.names.has(name), "a name stands twice");
  state.names.set(name, true);
}

function once(set, value, what) {
  must(!set.has(value), what);
  set.add(value);
}

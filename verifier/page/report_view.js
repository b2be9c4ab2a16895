/* One report on the page: verdict, ten sentences, gaps, facts, debt, and what none of it proves. */

import { TYPES } from "../text/catalogue.js";
import { NAMES } from "../text/reasons.js";
import { sentence } from "../report.js";
import { make, table } from "./dom.js";
import { language, say } from "./words.js";

const TONES = { passed: "s-passed", failed: "s-failed", differs: "s-failed", error: "s-error" };
const tone = (state) => TONES[state] || "s-open";
export const stateMark = (state) => make("span", { class: "state " + tone(state) }, say(state));

export function reportView(view) {
  const parts = [heading(view), make("div", { class: "verdict " + tone(view.result) }, say(view.result), make("small", null, verdictText(view)))];
  if (view.error) return [...parts, make("p", { class: "error" }, errorText(view.error)), about(view)];
  parts.push(about(view), checks(view), places(view), notProven(), debt(view.debt), facts(view.facts), gaps(view));
  return parts.filter(Boolean);
}

/* What the verdict rests on: the checks that failed, or those that did not pass. */
function verdictText(view) {
  if (view.error) return "";
  const open = view.checks.filter((check) => (view.result === "failed" ? check.state === "failed" : check.state !== "passed"));
  return say("verdict_" + view.result + (view.result === "passed" && open.length ? "_open" : ""), { list: open.map((check) => check.n).join(", ") });
}

function heading(view) {
  const title = make("h2", null, say("report") + " · " + view.name);
  if (view.about && view.about.draft) title.append(make("span", { class: "tag" }, say("draft")));
  if (view.about && view.about.sample) title.append(make("span", { class: "tag" }, say("sample")));
  return title;
}

export function errorText({ code, message }) {
  if (code === "unsupported-input") return say("e_unsupported");
  if (code === "leaf-missing") return say("e_leaf");
  if (code === "trust-missing") return say("e_trust_missing");
  if (code === "unreadable") return say("e_unreadable", { detail: message });
  if (code === "block-hash") return say("bad_hash");
  if (code === "block-hash-chain") return say("bad_hash_chain");
  if (code === "block-hash-other") return say("bad_hash_other");
  if (code === "internal") return say("e_internal", { detail: message });
  return say("bad_trust", { detail: message });
}

const local = (micros) => {
  const date = new Date(Number(micros / 1000n));
  const two = (n) => String(n).padStart(2, "0");
  const minutes = -date.getTimezoneOffset();
  const zone = (minutes < 0 ? "-" : "+") + two(Math.floor(Math.abs(minutes) / 60)) + ":" + two(Math.abs(minutes) % 60);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} (UTC${zone})`;
};

function recipientText(recipient) {
  const [role, number] = recipient.split(":");
  return say("to_" + role) + (number ? " " + number : "");
}

function about(view) {
  const rows = [[say("checked_at"), local(view.now)], [say("size"), view.size.toLocaleString("en") + " " + say("bytes")]];
  if (view.sha256) rows.push([say("sha256"), make("span", { class: "mono" }, view.sha256)]);
  if (view.about) {
    const { reference, institution, credit_code: credit, as_of: asOf, recipient, origin, size } = view.about;
    rows.push([say("reference"), reference], [say("institution"), institution + (credit ? " · " + credit : "")], [say("as_of"), asOf]);
    rows.push([say("recipient"), recipientText(recipient)], [say("log"), say("log_state", { origin, size })]);
  }
  if (view.node) rows.push([say("node_used"), view.node]);
  if (!view.error) {
    rows.push([say("trust_used"), view.trust ? `${view.trust.issuer} · v${view.trust.version} · ${say("standing_" + view.trust.standing)}` : say("none")]);
    rows.push([say("since"), view.since ? say("since_by", view.since) : say("since_none")]);
  }
  return make("dl", { class: "about" }, rows.map(([name, value]) => [make("dt", null, name), make("dd", null, value)]));
}

function checks(view) {
  const items = view.checks.map((check) =>
    make("li", { id: "check-" + check.n, "data-state": check.state, "data-code": check.code },
      make("span", { class: "n" }, check.n + "."), stateMark(check.state),
      make("div", { class: "text" }, make("div", { class: "name" }, NAMES[check.n][language()]),
        make("div", null, sentence(check, language())), make("div", { class: "code" }, check.code))));
  return make("section", null, make("h3", null, say("checks")), make("ol", { class: "checks" }, items));
}

const MOST_PLACES = 200;

function places(view) {
  if (!view.where.length) return null;
  const rows = view.where.slice(0, MOST_PLACES).map(({ n, code, member, seq, field }) => make("li", null, [`(${n}) ${code}`, member, seq && "#" + seq, field].filter(Boolean).join(" · ")));
  const cut = view.where.length > MOST_PLACES ? make("p", { class: "error" }, say("places_cut", { shown: MOST_PLACES, all: view.where.length })) : null;
  return make("section", null, make("h3", null, say("places")), cut, make("ul", { class: "plain mono" }, rows));
}

function gapText(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const [days, rest] = [Math.floor(seconds / 86400), seconds % 86400];
  const unit = language() === "zh" ? " 天 " : " d ";
  return days + unit + [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60), rest % 60].map(two).join(":");
}

function gaps(view) {
  if (!view.times.length) return null;
  const clock = (text) => (text ? text.slice(0, 19).replace("T", " ") : "–");
  const rows = view.times.map((row) => [
    String(row.seq), TYPES.has(row.type) ? TYPES.get(row.type)[language()] : row.type, clock(row.occurred_at), clock(row.captured_at),
    gapText(row.capture_gap) + (row.late ? " · " + say("late") : ""), row.logged_at ? clock(row.logged_at) : "–",
    row.logging_gap === undefined ? "–" : gapText(row.logging_gap), clock(row.anchored_at),
  ]);
  const heads = ["no", "type", "occurred", "captured", "gap", "logged", "gap", "anchored"].map((name) => say(name));
  return make("section", { id: "gaps" }, make("h3", null, say("gaps")), make("p", { class: "soft" }, say("gaps_why")), table(heads, rows));
}

/* An instalment's number, the accelerated rest, or what an agreement broke off. */
function itemText(item) {
  if (item === "accelerated") return say("item_accelerated");
  const agreed = /^restructured-(\d+)$/.exec(item);
  return agreed ? say("item_restructured", { n: agreed[1] }) : say("item_instalment", { n: item });
}

function debt(view) {
  if (!view) return null;
  const section = make("section", { id: "debt", "data-state": view.state }, make("h3", null, say("debt")), make("p", { class: "soft" }, say("debt_why")));
  if (view.state === "none") section.append(make("p", null, say("debt_none")));
  if (view.state === "broken") section.append(make("p", null, stateMark("not_checked"), " ", say("debt_broken")));
  if (view.state === "not_here") section.append(make("p", null, stateMark("not_checked"), " ", say("debt_not_here", { detail: view.detail })));
  if (!view.totals) return section;
  const equal = view.state === "equal";
  const told = equal ? say("debt_equal") : say("debt_differs", { fields: view.differing.join(", ") });
  section.append(make("p", null, stateMark(equal ? "matches" : "differs"), " ", told));
  section.append(table([say("item"), say("in_package"), say("computed")], view.totals.map((one) => [say(one.name), one.own || "–", one.computed]), [1, 2]));
  const names = ["principal", "interest", "penalty", "compound"];
  const heads = [say("item"), say("due"), ...names.map((name) => say(name))];
  if (view.lines.length) section.append(table(heads, view.lines.map((line) => [itemText(line.item), line.due, ...names.map((name) => line[name])]), [2, 3, 4, 5]));
  return section;
}

const FACT_TONE = { proven: "passed", refuted: "failed" };

function facts(list) {
  if (!list.length) return null;
  const rows = list.map((fact) => {
    const label = make("span", { class: "state " + tone(FACT_TONE[fact.label] || "open"), "data-label": fact.label }, say("fact_" + fact.label));
    const source = [fact.event, fact.field, fact.exhibit ? say("exhibit") + " " + fact.exhibit : ""].filter(Boolean).join(" · ");
    return [make("span", { class: "mono" }, fact.key), fact.value || "–", label, make("span", { class: "mono" }, source || "–")];
  });
  const heads = ["fact", "value", "label", "source"].map((name) => say(name));
  return make("section", { id: "facts", class: "wide-first" }, make("h3", null, say("facts")), make("p", { class: "soft" }, say("facts_why")), table(heads, rows));
}

function notProven() {
  const lines = ["np_truth", "np_before", "np_unchecked", "np_law"].map((name) => make("li", null, say(name)));
  return make("section", { id: "not-proven" }, make("h3", null, say("not_proven")), make("ul", { class: "plain" }, lines));
}

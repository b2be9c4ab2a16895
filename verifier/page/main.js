/* The page: the reader's trust file, the files to verify, the list of results, one report at a time. */

import "./older.js";
import { Fault } from "../fault.js";
import { instantText, now } from "../instant.js";
import { sentence } from "../report.js";
import { loadTrust } from "../view.js";
import { byId, make, table } from "./dom.js";
import { filesOf, sortFiles } from "./drop.js";
import { errorText, reportView, stateMark } from "./report_view.js";
import { language, say, setLanguage } from "./words.js";
import { inWorker, makeVerifier, serve } from "./worker.js";

const state = { trust: null, views: [], shown: null, filter: "all", all: 0, started: 0, seconds: "", stopped: false, verify: null, offered: [] };
/* The node that the reader allowed, and the one that a link only asks for: page/gate.js. */
const rpc = () => document.documentElement.dataset.node;
const asked = () => document.documentElement.dataset.asked;

if (inWorker) serve();
else start();

function start() {
  state.verify = makeVerifier();
  setLanguage(/^zh/i.test(navigator.language || "zh") ? "zh" : "en");
  byId("party").hidden = document.documentElement.dataset.source !== "party";
  byId("rpc").value = rpc() || asked();
  byId("asked").hidden = !asked();
  byId("node-step").open = Boolean(asked());
  byId("node-forbid").hidden = !rpc();
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.addEventListener("click", () => (setLanguage(button.dataset.lang), draw()));
  }
  byId("trust").addEventListener("change", () => takeTrust(byId("trust").files[0]));
  byId("issuer").addEventListener("change", again);
  byId("block-hash").addEventListener("change", again);
  byId("files").addEventListener("change", () => take([...byId("files").files]));
  byId("node-allow").addEventListener("click", () => reloadWith(byId("rpc").value.trim()));
  byId("node-forbid").addEventListener("click", () => reloadWith(""));
  byId("stop").addEventListener("click", () => ((state.stopped = true), state.verify.stop()));
  byId("clear").addEventListener("click", clear);
  listenForDrops();
  draw();
}

function reloadWith(node) {
  location.hash = node ? "#rpc=" + encodeURIComponent(node) : "";
  history.replaceState(node ? { node } : null, "");
  location.reload();
}

function listenForDrops() {
  const drop = byId("drop");
  const stop = (event) => event.preventDefault();
  for (const name of ["dragenter", "dragover"]) window.addEventListener(name, (event) => (stop(event), drop.classList.add("over")));
  window.addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("over"));
  window.addEventListener("drop", async (event) => {
    stop(event);
    drop.classList.remove("over");
    take(await filesOf(event.dataTransfer));
  });
}

async function takeTrust(file) {
  state.trust = file ? { name: file.name, bytes: new Uint8Array(await new Response(file).arrayBuffer()) } : null;
  byId("trust").value = "";
  state.offered = [];
  await again();
}

function trustTask() {
  return { bytes: state.trust && state.trust.bytes, issuer: byId("issuer").value.trim(), blockHash: byId("block-hash").value.trim() };
}

/* What was verified is verified anew with the trust file of now. */
async function again() {
  const tasks = state.views.map((view) => view.task);
  draw();
  if (tasks.length) await run(tasks);
}

async function take(files) {
  const { tasks, offered } = sortFiles(files);
  byId("files").value = "";
  state.offered = offered;
  draw();
  if (tasks.length) await run(tasks);
}

async function run(tasks) {
  state.verify.stop();
  Object.assign(state, { views: [], shown: null, filter: "all", all: tasks.length, started: performance.now(), seconds: "", stopped: false });
  const mine = state.views;
  draw();
  let drawn = performance.now();
  for (const task of tasks) {
    if (state.stopped || state.views !== mine) break;
    const { name, file, beside } = task;
    const view = await state.verify({ name, file, beside, trust: trustTask(), now: now(), rpc: rpc() });
    if (state.views !== mine || !view) break;
    mine.push({ ...view, task });
    if (performance.now() - drawn > 300) (drawn = performance.now()), drawProgress();
  }
  if (state.views !== mine) return;
  state.seconds = ((performance.now() - state.started) / 1000).toFixed(1);
  state.shown = mine.length === 1 ? mine[0] : null;
  draw();
}

function clear() {
  state.verify.stop();
  Object.assign(state, { views: [], shown: null, all: 0, seconds: "", offered: [] });
  draw();
}

function draw() {
  document.documentElement.lang = language() === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", String(button.dataset.lang === language()));
  byId("network").textContent = rpc() ? say("network_on") + document.documentElement.dataset.network : say("network_off");
  byId("asked").textContent = say("node_asks", { node: asked() });
  drawOffered();
  drawTrust();
  drawProgress();
  drawList();
  drawReport();
}

/* A trust file that came among the files is used only after a click that names it. */
function drawOffered() {
  const use = (file) => make("button", { type: "button", onclick: () => takeTrust(file) }, say(state.trust ? "trust_replace" : "trust_use"));
  const lines = state.offered.slice(0, 20).map((file) => make("p", { class: "notice" }, say("trust_offered", { name: file.name }), " ", use(file)));
  byId("offered").replaceChildren(...lines);
}

function drawTrust() {
  const place = byId("trust-state");
  place.className = "";
  const { issuer, blockHash } = trustTask();
  if (!state.trust && !issuer && !blockHash) return place.replaceChildren(say("trust_none"));
  try {
    const trust = loadTrust(trustTask());
    const told = { issuer: trust.issuer, version: trust.version, from: instantText(trust.issued), until: instantText(trust.expires) };
    place.className = trust.standing === "verified" ? "good" : "";
    const remove = make("button", { type: "button", onclick: () => takeTrust(null) }, say("remove"));
    return place.replaceChildren(say("trust_loaded", told) + " " + say("standing_" + trust.standing) + " ", remove);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    place.className = "error";
    return place.replaceChildren(errorText(error));
  }
}

function drawProgress() {
  byId("progress").hidden = !state.all;
  if (!state.all) return;
  const done = state.views.length;
  byId("progress-bar").value = done / state.all;
  byId("progress-bar").hidden = Boolean(state.seconds);
  byId("stop").hidden = Boolean(state.seconds);
  byId("progress-text").textContent = state.seconds ? say("done", { all: done, seconds: state.seconds }) : say("working", { done, all: state.all });
}

const RESULTS = ["passed", "failed", "incomplete", "error"];

function firstReason(view) {
  if (view.error) return errorText(view.error);
  const check = view.checks.find((one) => one.state === "failed") || view.checks.find((one) => one.state !== "passed");
  return check ? `(${check.n}) ${sentence(check, language())}` : "";
}

function drawList() {
  const place = byId("list");
  place.hidden = state.views.length < 2 || !state.seconds || Boolean(state.shown);
  if (place.hidden) return;
  const count = (result) => state.views.filter((view) => view.result === result).length;
  const button = (name, text) => make("button", { type: "button", "aria-pressed": String(state.filter === name), onclick: () => ((state.filter = name), drawList()) }, text);
  const buttons = [button("all", `${say("filter_all")} ${state.views.length}`), ...RESULTS.map((one) => button(one, `${say(one)} ${count(one)}`))];
  const rows = state.views.filter((view) => state.filter === "all" || view.result === state.filter).map((view) => [
    view.name, stateMark(view.result), firstReason(view),
    make("button", { type: "button", onclick: () => show(view), "aria-label": say("show") + " " + view.name }, say("show")),
  ]);
  place.replaceChildren(make("p", { class: "controls" }, buttons), table([say("file"), say("result"), say("first_reason"), say("show")], rows));
}

function show(view) {
  state.shown = view;
  draw();
  if (view) byId("report").focus();
}

function drawReport() {
  const place = byId("report");
  place.hidden = !state.shown;
  if (!state.shown) return place.replaceChildren();
  const controls = [make("button", { type: "button", onclick: () => window.print() }, say("print"))];
  if (state.views.length > 1) controls.unshift(make("button", { type: "button", onclick: () => show(null) }, say("back")));
  return place.replaceChildren(make("p", { class: "controls" }, controls), ...reportView(state.shown));
}

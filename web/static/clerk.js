/* Keyboard on the clerk's pages. Every key does what a link or button on the page does; without scripts nothing is missing. */
"use strict";

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

function rows() { return [...document.querySelectorAll("tr[data-row]")]; }

function go(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("here"));
  const next = Math.min(all.length - 1, Math.max(0, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step));
  for (const row of all) row.classList.toggle("here", row === all[next]);
  all[next].querySelector("[data-open]").focus();
}

function press(key) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.tagName === "DETAILS") {
    target.open = true;
    target.scrollIntoView({ block: "nearest" });
    const first = target.querySelector("form input:not([type=hidden]), form textarea");
    if (first) first.focus();
  } else if (target.tagName === "INPUT") target.focus();
  else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.isComposing) return;
  if (event.altKey) {
    // code, not key: with Alt some keyboards write other letters
    if (/^Key[A-Z]$/.test(event.code) && press(`alt+${event.code.slice(3).toLowerCase()}`)) event.preventDefault();
    return;
  }
  if (event.target.closest(TYPING)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "j" || event.key === "k") go(event.key === "j" ? 1 : -1);
  else if (event.key === "n" && !document.querySelector('[data-key="n"]')) {
    const further = document.querySelector("nav.pager a[rel=next]");
    if (!further) return;
    further.click();
  } else if (event.key.length !== 1 || !press(event.key)) return;
  event.preventDefault();
});

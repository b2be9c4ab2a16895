/* What scripts add to pages that work without them: copying digests, dropping files, a word while a file is sent. */
"use strict";

function showCopyButtons(root) {
  for (const button of root.querySelectorAll("button.copy[hidden]")) button.hidden = false;
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.getAttribute("aria-label");
  button.classList.add("copied");
  button.setAttribute("aria-label", button.dataset.done);
  setTimeout(() => {
    button.classList.remove("copied");
    button.setAttribute("aria-label", label);
  }, 1600);
}

function dropInto(zone) {
  const input = zone.querySelector("input[type=file]");
  for (const name of ["dragover", "dragenter"])
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files.length === 1) input.files = event.dataTransfer.files;
  });
}

function watchUpload(form) {
  const status = form.querySelector("[data-status]");
  form.addEventListener("submit", (event) => {
    const file = form.querySelector("#file").files[0];
    if (file && file.size > Number(form.dataset.max)) {
      event.preventDefault();
      status.textContent = form.dataset.tooLarge;
      return;
    }
    status.textContent = form.dataset.busy;
    form.querySelector("button[type=submit]").disabled = true;
  });
  // Coming back with the Back button shows the form as it was: make it usable again.
  window.addEventListener("pageshow", () => {
    status.textContent = "";
    form.querySelector("button[type=submit]").disabled = false;
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (button) copy(button);
});
for (const select of document.querySelectorAll("select[data-submit]"))
  select.addEventListener("change", () => select.form.requestSubmit());
for (const zone of document.querySelectorAll("[data-drop]")) dropInto(zone);
for (const form of document.querySelectorAll("form.verify")) watchUpload(form);
const tab = document.querySelector(".tabs [aria-current]");
if (tab) tab.parentElement.parentElement.scrollLeft = Math.max(0, tab.offsetLeft - 48);
if (navigator.clipboard) showCopyButtons(document);
document.documentElement.classList.add("js");

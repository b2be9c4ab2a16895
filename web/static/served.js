/* Takes the secret part of a link out of the address bar into the form. It stands after the #, so no server saw it. */
"use strict";

const field = document.getElementById("link");
const secret = location.hash.slice(1) || (field ? field.value : "");
if (field && /^[A-Za-z0-9_-]{43}$/.test(secret)) {
  field.value = secret;
  field.type = "hidden";
  document.querySelector("[data-link]").hidden = true;
  document.querySelector("[data-link-here]").hidden = false;
  history.replaceState(null, "", location.pathname + location.search);
  const language = document.querySelector("[data-language]");
  language.addEventListener("click", () => { language.hash = secret; });
  document.getElementById("code").focus();
}
// One press, one form: a second press while the first is on its way would only show the same page again.
for (const form of document.querySelectorAll("section.form form"))
  form.addEventListener("submit", () => { form.querySelector("button[type=submit]").disabled = true; });
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("section.form button[disabled]")) button.disabled = false;
});

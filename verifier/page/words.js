/* The language of the page, and its words. */

import { WORDS } from "../text/page.js";

let lang = "zh";

export const language = () => lang;

export function setLanguage(wanted) {
  lang = wanted === "en" ? "en" : "zh";
}

export function say(name, values = {}) {
  return WORDS[name][lang].replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

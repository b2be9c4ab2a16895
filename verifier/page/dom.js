/* Elements made from text: nothing that a file says is ever markup. */

export function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "onclick") element.addEventListener("click", value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) element.append(child);
  return element;
}

export const byId = (id) => document.getElementById(id);

export function table(heads, rows, numeric = []) {
  const cell = (tag, n, content, extra) => make(tag, { class: numeric.includes(n) ? "number" : null, ...extra }, content);
  const head = make("tr", null, heads.map((text, n) => cell("th", n, text, { scope: "col" })));
  const body = rows.map((row) => make("tr", null, row.map((content, n) => cell("td", n, content))));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": heads.join(", ") }, make("table", null, make("thead", null, head), make("tbody", null, body)));
}

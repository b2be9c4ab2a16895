/* What Chromium 80 lacks and the page or its libraries call: the compiler makes old syntax, not old methods. Imported first. */

if (!Object.hasOwn) Object.hasOwn = (thing, name) => Object.prototype.hasOwnProperty.call(thing, name);

for (const kind of [Array, String, Object.getPrototypeOf(Uint8Array)]) {
  if (kind.prototype.at) continue;
  Object.defineProperty(kind.prototype, "at", {
    value: function at(index) { return this[index < 0 ? this.length + index : index]; },
    configurable: true,
    writable: true,
  });
}

if (typeof Element !== "undefined" && !Element.prototype.replaceChildren) {
  Element.prototype.replaceChildren = function replaceChildren(...children) {
    while (this.lastChild) this.removeChild(this.lastChild);
    this.append(...children);
  };
}

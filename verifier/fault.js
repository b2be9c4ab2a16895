/* A fault in outside bytes: what a parser throws, and nothing else it throws. A code where the caller needs one. */

export class Fault extends Error {
  constructor(detail, code = "malformed") {
    super(detail);
    this.code = code;
  }
}

export function must(condition, detail, code) {
  if (!condition) throw new Fault(detail, code);
}

/* The value that `parse` gives, or null for outside bytes that do not follow their format. */
export function attempt(parse, onFault) {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (onFault) onFault(error);
    return null;
  }
}

"""The sentences of both verifiers are one text. `python -m tests.verifier_html.reasons_table` writes reasons.js."""

from __future__ import annotations

import json

from evidence_service.core.reasons import CHECK_NAMES, REASONS
from tests.conftest import ROOT

PAGE = ROOT / "verifier" / "text" / "reasons.js"
HEAD = "/* What each reason code says: its state and its sentences (docs/spec/verify.md, Reason codes). */\n"


def table() -> str:
    """The JavaScript module."""
    names = "".join(f"  {n}: {{ en: {_text(en)}, zh: {_text(zh)} }},\n" for n, (en, zh) in CHECK_NAMES.items())
    rows = "".join(
        f'  "{code}": {{\n    state: "{one.state.value}",\n    en: {_text(one.en)},\n    zh: {_text(one.zh)},\n  }},\n'
        for code, one in REASONS.items()
    )
    return f"{HEAD}\nexport const NAMES = {{\n{names}}};\n\nexport const REASONS = {{\n{rows}}};\n"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    PAGE.write_text(table(), encoding="utf-8")

"""The reason codes: the spec's table, the code's table and the sentences in both languages say the same."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import evidence_service.core.checks as checks_package
from evidence_service.core import reasons
from evidence_service.core.reasons import CHECK_NAMES, REASONS

ROOT = Path(__file__).parents[3]
SPEC = (ROOT / "docs/spec/verify.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([0-9, -]+) \| `([a-z0-9-]+)` \| ([a-z_]+) \| (.+) \|$", re.MULTILINE)


def numbers(text: str) -> tuple[int, ...]:
    if "-" in text:
        first, last = text.split("-")
        return tuple(range(int(first), int(last) + 1))
    return tuple(int(part) for part in text.split(","))


def parameters(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_the_spec_s_table_is_the_code_s_table() -> None:
    table = {code: (numbers(which), state, text) for which, code, state, text in ROW.findall(SPEC)}
    assert table == {code: (one.checks, one.state.value, one.en) for code, one in REASONS.items()}


def test_the_spec_has_a_heading_for_each_check() -> None:
    for n, (name, _) in CHECK_NAMES.items():
        assert f"### ({n}) {name}" in SPEC


def test_both_languages_use_the_same_parameters() -> None:
    for code, one in REASONS.items():
        assert parameters(one.en) >= parameters(one.zh), code


def test_no_sentence_says_authentic() -> None:
    assert not [code for code, one in REASONS.items() if "authentic" in one.en or "真实性" in one.zh]


def test_every_code_that_can_be_reported_has_a_meaning_and_every_meaning_is_used() -> None:
    core = Path(reasons.__file__).parents[1]
    sources = [*Path(checks_package.__file__).parent.glob("*.py"), core / "verify.py", core / "trust.py"]
    sources += [core / "container.py", ROOT / "evidence_service/verifier/inputs.py"]
    written = {
        node.value
        for source in sources
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(REASONS) <= written

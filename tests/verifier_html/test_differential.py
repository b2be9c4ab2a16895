"""Two verifiers, written apart: they agree on result, state and reason code for every input, and a bug in either is seen."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest

from evidence_service.core.reasons import REASONS
from tests.conftest import ROOT
from tests.verifier_html import reasons_table, scenarios
from tests.verifier_html.conftest import sampled
from tests.verifier_html.mutations import shuffles
from tests.verifier_html.second import Case, Verdict, ask_first, ask_second, disagreements

Compared = tuple[Sequence[Case], Sequence[Verdict], Sequence[Verdict]]
RULES = ("evidence_service.core", "evidence_service.verifier")


def test_both_verifiers_agree_on_thousands_of_valid_altered_and_malformed_inputs(compared: Compared) -> None:
    cases, first, second = compared
    differ = disagreements(cases, first, second)
    results = Counter(one.result for one in first)
    print(f"{len(cases)} inputs: {dict(results)}; {len(differ)} disagreements")
    assert differ == []
    assert len(cases) >= 3000
    assert min(results[name] for name in ("passed", "failed", "incomplete", "error")) >= 30


def test_the_inputs_reach_most_reason_codes_of_every_check_that_needs_no_node(compared: Compared) -> None:
    _, first, _ = compared
    seen = {code for one in first for _, code in one.checks}
    offline = {code for code, one in REASONS.items() if one.checks != (8,)}
    missed = sorted(offline - seen)
    print(f"{len(seen)} reason codes of {len(REASONS)}; without a node never seen: {missed}")
    assert len(missed) <= 12, missed


def test_every_flipped_bit_is_detected_by_both(compared: Compared) -> None:
    flips = [(case, one, other) for case, one, other in zip(*compared, strict=True) if case.label.startswith("bit ")]
    assert len(flips) >= 500
    assert [case.label for case, one, other in flips if "failed" not in (one.result, other.result)] == []


@pytest.mark.parametrize(
    ("file", "sound", "planted"),
    [
        ("merkle.js", "return sn === 0n && same(r, root);", "return sn === 0n;"),
        ("hashes.js", "(tail[rest] = 0x80)", "(tail[rest] = 0x81)"),
        ("checks/witnessed.js", "counted.length < trust.quorum", "counted.length + 1 < trust.quorum"),
        ("json.js", 'must(text.normalize("NFC") === text', 'must(true || text'),
        ("zip.js", "if (!central.every(expect)) return false;", ""),
        ("checks/signed.js", "at >= key.revoked", "at > key.revoked + 86400000000n * 9999n"),
    ],
)
def test_a_bug_planted_in_the_second_verifier_is_seen(
    compared: Compared, tmp_path: Path, file: str, sound: str, planted: str
) -> None:
    copy = tmp_path / "verifier"
    shutil.copytree(ROOT / "verifier", copy)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    source = (copy / file).read_text()
    if "tail[rest]" in sound:
        sound, planted = sound.strip("()"), planted.strip("()")
    assert source.count(sound) == 1, f"{file} has changed: plant the bug anew"
    (copy / file).write_text(source.replace(sound, planted))
    cases, first, _ = compared
    chosen = slice(0, None, 3)
    asked = [*cases[chosen], *scenarios.windows(__import__("random").Random(5), 150)]
    answers = [*first[chosen], *ask_first(asked[len(cases[chosen]) :])]
    assert disagreements(asked, answers, ask_second(asked, copy / "cli.mjs"))


@pytest.mark.parametrize(
    "planted",
    ["evidence_service.core.checks.inclusion.verify_inclusion", "evidence_service.core.checks.files.sm3_hex"],
)
def test_a_bug_planted_in_the_first_verifier_is_seen(planted: str) -> None:
    lender = scenarios.LENDER
    edits = list(shuffles(lender.world, lender.package, scenarios.make_instance("attacker").package))
    cases = [Case(label, "package", raw, None, scenarios.NOW) for label, raw in edits]
    with patch(planted, return_value=True):
        assert disagreements(cases, ask_first(cases), ask_second(cases))


def test_the_sentences_of_both_are_one_text() -> None:
    assert reasons_table.PAGE.read_text() == reasons_table.table(), "python -m tests.verifier_html.reasons_table"


@pytest.mark.shared
@pytest.mark.parametrize("seed", range(4))
def test_both_agree_on_tens_of_thousands_more(seed: int) -> None:
    cases = sampled(3.0, seed)
    differ = disagreements(cases, ask_first(cases), ask_second(cases))
    print(f"{len(cases)} inputs, {len(differ)} disagreements")
    assert differ == []

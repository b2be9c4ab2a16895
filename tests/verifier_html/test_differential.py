"""Two verifiers, written apart, agree on result, state and reason code for every input; a bug in either is seen."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from evidence_service.core.reasons import REASONS
from tests.conftest import ROOT
from tests.verifier_html import reasons_table
from tests.verifier_html.conftest import sampled
from tests.verifier_html.second import Case, Verdict, ask_both, ask_first, ask_second, disagreements

Compared = tuple[Sequence[Case], Sequence[Verdict], Sequence[Verdict]]


def test_both_verifiers_agree_on_thousands_of_valid_altered_and_malformed_inputs(compared: Compared) -> None:
    cases, first, second = compared
    differ = disagreements(cases, first, second)
    results = Counter(one.result for one in first)
    print(f"{len(cases)} inputs: {dict(results)}; {len(differ)} disagreements")
    assert differ == []
    assert len(cases) >= 1800
    assert min(results[name] for name in ("passed", "failed", "incomplete", "error")) >= 30


def test_the_inputs_reach_most_reason_codes_of_every_check_that_needs_no_node(compared: Compared) -> None:
    _, first, _ = compared
    seen = {code for one in first for _, code in one.checks}
    offline = {code for code, one in REASONS.items() if one.checks != (8,)}
    missed = sorted(offline - seen)
    print(f"{len(seen)} reason codes of {len(REASONS)}; without a node never seen: {missed}")
    assert len(missed) <= 24, missed


def test_every_flipped_bit_is_detected_by_both(compared: Compared) -> None:
    flips = [(case, one, other) for case, one, other in zip(*compared, strict=True) if case.label.startswith("bit ")]
    assert len(flips) >= 200
    assert [case.label for case, one, other in flips if "failed" not in (one.result, other.result)] == []


BUGS = (
    ("merkle.js", "return sn === 0n && same(r, root);", "return sn === 0n;", "data/evidence/000001.leaf.json bit"),
    ("json.js", "must(!(name in found)", "must(true || !(name in found)", "doubled name"),
    ("zip.js", "if (!central.every(expect)) return false;", "central.forEach(expect);", "u16 at"),
    ("checks/witnessed.js", "(one) => one.time <= now + AHEAD)", "(one) => true)", "witnessed late"),
)


@pytest.mark.parametrize(("file", "sound", "planted", "label"), BUGS)
def test_a_bug_planted_in_the_second_verifier_is_seen(
    compared: Compared, tmp_path: Path, file: str, sound: str, planted: str, label: str
) -> None:
    copy = tmp_path / "verifier"
    shutil.copytree(ROOT / "verifier", copy)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    source = (copy / file).read_text()
    assert source.count(sound) == 1, f"{file} has changed: plant the bug anew"
    (copy / file).write_text(source.replace(sound, planted))
    rows = [(case, one) for case, one in zip(*compared[:2], strict=True) if label in case.label][:150]
    cases, first = [case for case, _ in rows], [one for _, one in rows]
    assert disagreements(cases, first, ask_second(cases, copy / "cli.mjs"))


def test_a_bug_planted_in_the_first_verifier_is_seen(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence_service.core.merkle.sha256", lambda raw=b"": sha256(raw[1:]))
    rows = [
        (case, other) for case, other in zip(compared[0], compared[2], strict=True) if case.label.startswith("world ")
    ]
    cases, second = [case for case, _ in rows], [other for _, other in rows]
    assert disagreements(cases, ask_first(cases), second)


def test_the_sentences_of_both_are_one_text() -> None:
    assert reasons_table.PAGE.read_text() == reasons_table.table(), "python -m tests.verifier_html.reasons_table"


if "PROOFDOCKET_DIFFERENTIAL" in os.environ:  # minutes for each seed, so only where somebody asks for it

    @pytest.mark.parametrize("seed", range(4))
    def test_both_agree_on_tens_of_thousands_more(seed: int) -> None:
        cases = sampled(3.0, seed)
        differ = disagreements(cases, *ask_both(cases))
        print(f"{len(cases)} inputs, {len(differ)} disagreements")
        assert differ == []

"""The completeness matrix: what is expected when, what is there, and who owes what is not."""

from __future__ import annotations

import pytest

from evidence_service.core.catalogue import CATALOGUE, Stage
from litigation.core.completeness import MatrixState, Need
from litigation.errors import RulebookError
from litigation.matrix_file import load_matrix, read_matrix
from tests.litigation.readiness.loans import checked, history, named, whole

ROW = b"""
[[%s]]
type = "%s"
need = "%s"
missing = "warns"
zh = "z"
en = "e"
system_zh = "z"
system_en = "e"
hook = "h"
mark = "V"
%s
"""


def row(stage: bytes = b"lending", kind: bytes = b"loan.disbursed", need: bytes = b"lent", more: bytes = b"") -> bytes:
    return ROW % (stage, kind, need, more)


def test_every_stage_has_expectations_and_every_row_names_its_system_and_ground_in_both_languages() -> None:
    matrix = load_matrix()
    assert {row.stage for row in matrix.expected} == {stage.value for stage in Stage}
    for expected in matrix.expected:
        assert CATALOGUE[expected.type].stage.value == expected.stage
        assert expected.hook
        assert expected.zh != expected.en
        assert expected.system_zh != expected.system_en


def test_a_whole_loan_has_every_event_that_is_expected_so_far() -> None:
    rows = checked(whole()).matrix
    assert [row for row in rows if row.state is MatrixState.MISSING] == []
    waiting = {row.expected.need for row in rows if row.state is MatrixState.NOT_EXPECTED}
    assert waiting == {Need.ACCELERATED, Need.FILED, Need.JUDGED}
    present = [row for row in rows if row.state is MatrixState.PRESENT]
    assert all(row.count >= 1 and row.event for row in present)


@pytest.mark.parametrize("kind", ["face.verified", "cost.disclosed", "clause.notified", "credit.reported"])
def test_a_missing_event_is_a_warning_that_names_where_it_should_have_come_from(kind: str) -> None:
    found = checked(whole(without=kind))
    defect = named(found, "evidence-missing")
    assert defect.subject == kind
    assert not defect.blocking
    (expected,) = [row.expected for row in found.matrix if row.state is MatrixState.MISSING]
    assert (defect.where_from_zh, defect.where_from_en) == (expected.system_zh, expected.system_en)
    assert defect.basis == expected.hook


def test_one_consent_does_not_stand_for_another() -> None:
    """Separate consent is asked for one by one (PIPL 29)."""
    rows = checked(whole(without="consent.granted")).matrix
    missing = {row.expected.where for row in rows if row.state is MatrixState.MISSING}
    assert missing == {("consent", "personal_info"), ("consent", "face"), ("consent", "credit_bureau")}


def test_a_notice_without_arrival_leaves_a_gap_at_its_stage() -> None:
    noticed = ("acceleration.noticed", {"clause": "六", "effective_on": "2025-09-15"})
    rows = {row.expected.type: row.state for row in checked(whole(noticed)).matrix}
    assert rows["acceleration.noticed"] is MatrixState.PRESENT
    assert rows["acceleration.reached"] is MatrixState.MISSING


def test_an_empty_loan_is_expected_to_have_only_what_every_loan_has() -> None:
    rows = checked(history()).matrix
    assert {row.state for row in rows if row.expected.need is Need.ALWAYS} == {MatrixState.MISSING}
    assert {row.state for row in rows if row.expected.need is not Need.ALWAYS} == {MatrixState.NOT_EXPECTED}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[[lending", "no valid TOML"),
        (row(stage=b"between"), "no stage"),
        (row(stage=b"pre_lending"), "the catalogue has no loan.disbursed"),
        (row(kind=b"loan.lost"), "the catalogue has no loan.lost"),
        (row(need=b"sometimes"), "unknown need"),
        (row(more=b'extra = "x"'), "needs exactly"),
        (row(more=b'where = "colour=red"'), "where must be"),
        (row() + row(), "expected twice"),
    ],
)
def test_a_matrix_that_cannot_be_meant_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(RulebookError, match=why):
        read_matrix(content)

"""The examination of a filing on its arrival: the ten checks, and what a clerk would look at first.

Spec: docs/spec/filing.md, "Examination". It decides nothing: it lists. A finding that is *blocking* would, as the
court's practice stands, be a reason to return; a clerk decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evidence_service.core.metadata import PackageMetadata
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Report
from litigation.core.filing_letter import FilingLetter
from litigation.court_side.core.submission import Submission

MOST_OTHERS = 20
"""Other filings of the same loan that are named; more tell nothing more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a clerk should know, in both languages."""

    code: str
    zh: str
    en: str
    blocking: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """What arrived: the package's own data (None where it could not be read), the letter, and what stood before it.

    `credit_code` is the filer's, as the court registered it. `others` are submissions of the same loan.
    """

    metadata: PackageMetadata | None
    letter: FilingLetter
    court: str
    credit_code: str
    others: Sequence[Submission]


def examine(report: Report, arrival: Arrival) -> tuple[Finding, ...]:
    """All findings about one arrival, in a fixed order."""
    return (*_of_checks(report), *_of_package(arrival), *_of_others(arrival))


def report_rows(report: Report) -> list[dict[str, Any]]:
    """The ten checks as an entry holds them: number, state, reason code."""
    return [{"n": check.n, "state": check.state.value, "code": check.code} for check in report.checks]


def _of_checks(report: Report) -> list[Finding]:
    found = []
    for check in report.checks:
        if check.state is CheckState.FAILED:
            found.append(
                Finding(
                    f"check-{check.n}",
                    f"核验第（{check.n}）项不通过：{check.code}",
                    f"check ({check.n}) failed: {check.code}",
                    blocking=True,
                )
            )
    unchecked = [str(check.n) for check in report.checks if check.state is CheckState.NOT_CHECKED]
    if unchecked:
        numbers = "、".join(unchecked)
        found.append(
            Finding(
                "not-checked",
                f"未核验的项目：（{numbers}）",
                f"not checked: ({', '.join(unchecked)})",
                blocking=False,
            )
        )
    return found


def _of_package(arrival: Arrival) -> list[Finding]:
    metadata, letter = arrival.metadata, arrival.letter
    if metadata is None:
        return [Finding("unreadable", "案件材料包无法读取。", "the package cannot be read", blocking=True)]
    found = []
    if metadata.draft:
        found.append(
            Finding("draft", "材料标明“不得提交”（草稿）。", "marked as a draft, not for filing", blocking=True)
        )
    if metadata.sample:
        found.append(Finding("sample", "材料标明“样例”。", "marked as a sample", blocking=False))
    if metadata.our_reference != letter.our_reference or metadata.institution != letter.institution:
        found.append(
            Finding(
                "letter-differs",
                "提交函与材料包所载案件不一致。",
                "letter and package name another case",
                blocking=True,
            )
        )
    if metadata.credit_code != arrival.credit_code:
        found.append(
            Finding(
                "other-filer",
                "材料包所载原告的统一社会信用代码与提交人不一致。",
                "the plaintiff's credit code in the package is not the filer's",
                blocking=True,
            )
        )
    if letter.court != arrival.court:
        found.append(
            Finding("other-court", "提交函写明的是其他法院。", "the letter names another court", blocking=True)
        )
    return found


def _of_others(arrival: Arrival) -> list[Finding]:
    found = []
    for other in arrival.others[:MOST_OTHERS]:
        number = other.case_number or other.filing_id[:18]
        found.append(
            Finding(
                "duplicate-suit",
                f"同一笔贷款已有未结的提交：{number}（{other.state.value}）。",
                f"the same loan has an open filing: {number} ({other.state.value})",
                blocking=True,
            )
        )
    return found

"""Both languages say the same things, and the pages use only words that exist."""

from __future__ import annotations

import re
import string
from pathlib import Path

from evidence_service.conformance.core.decision import State
from evidence_service.conformance.core.measure import Standing
from evidence_service.core.api_key import Scope
from evidence_service.core.catalogue import Stage
from evidence_service.core.independent_time import TimeSource
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Result
from evidence_service.core.trust import IssuerStanding
from evidence_service.ports import AnchorState
from evidence_service.ports.erasure import ErasureState
from litigation.core.batch import HINTS, BatchState
from litigation.core.completeness import MatrixState
from litigation.core.court_entry import DECIDING, EntryKind
from litigation.core.derivation import DERIVATIONS
from litigation.core.filing import FilingState
from litigation.core.filing_move import MOVES
from litigation.core.kinds import Kind as DebtKind
from litigation.core.overview import CASE_STATES, Order, Readiness
from litigation.core.submissions import Result as Submitted
from litigation.court_side.core.board import Column
from litigation.court_side.core.due import DueWhat
from litigation.court_side.core.submission import FOLLOWS, SubmissionState
from litigation.served.core.forms import Ground
from litigation.served.core.statement import KINDS
from web.account_admin import Act
from web.approvals import ApprovalKind, ApprovalState
from web.clerk_board import CHOICES
from web.clerk_filing import GLANCE, OF_THE_MACHINE, shown_members
from web.compliance_desk import PARTS
from web.compliance_findings import ACTS
from web.compliance_posts import NAMES
from web.compliance_rows import LISTS
from web.compliance_run import SEVERITIES, VERDICTS
from web.errors import KNOWN
from web.language import FOLDER, texts
from web.layout import PAGES
from web.ports import Role
from web.purpose import Purpose
from web.search_page import places_of
from web.verification import Kind

WEB = Path(FOLDER).parent
CALL = re.compile(r"""\bt\(\s*(['"])([a-z0-9_.]+)\1\s*([,)~])""")
PYTHON_KEY = re.compile(r"""(?:\btexts\(|_form\(|UploadRefusedError\()\s*"([a-z0-9_.]+)\"""")
STEPS = [kind.value for kind in EntryKind if kind in FOLLOWS and kind not in DECIDING | OF_THE_MACHINE]
DEBT = {*(kind.value for kind in DebtKind), "total", "accelerated", "instalment"}
STEP_CODES = {"supply", "decide", "build", "rebuild", "file", "finish_filing", "wait", "follow", "cure", "look"}
BATCH = {"pause", "resume", "cancel", "retry"}
FAMILIES = {
    "page.": {name for name, _ in PAGES},
    "role.": {role.value for role in Role},
    "count.": {"entries", "loans", "checkpoints", "anchors", "cases", "packages"},
    "result.": {result.value for result in Result} | {f"{result.value}.text" for result in Result},
    "check_state.": {state.value for state in CheckState},
    "kind.": {kind.value for kind in Kind},
    "anchor_state.": {state.value for state in AnchorState},
    "case_state.": set(CASE_STATES) | {state.value for state in FilingState},
    "fact_name.": set(DERIVATIONS) | {"defendant.name", "contract.annual_rate"},
    "path.": {"overdue", "blocked", "ready", "built", "with_court", "accepted"},
    "order.": {order.value for order in Order},
    "readiness.": {one.value for one in Readiness} | {"blocked_by"},
    "stage.": {stage.value for stage in Stage},
    "proof.": {"anchored", "checkpointed", "logged"},
    "matrix.": {state.value for state in MatrixState} | {"owed_by"},
    "cap.": {"global", "per_line", "applied", "explained"},
    "debt.": DEBT,
    "step.": STEP_CODES,
    "batch.": BATCH,
    "batch_state.": {state.value for state in BatchState},
    "batch_fix.": set(HINTS) | {"other"},
    "entry_kind.": {kind.value for kind in EntryKind},
    "error.": {f"{status}.{part}" for status in KNOWN for part in ("title", "text")},
    "trust_standing.": {standing.value for standing in IssuerStanding},
    "since.": {source.value for source in TimeSource},
    "due.": {what.value for what in DueWhat if what.value} | {"over", "today", "left"},
    "column.": {column.value for column in Column},
    "clerk.none.": {column.value for column in Column} | {"text", "narrowed", "narrowed.text"},
    "filing_state.": {state.value for state in SubmissionState},
    "check_outcome.": {result.value for result in Result} | {"none"},
    "flag.": {f"check-{n}" for n in range(1, 11)} | {"unreadable", "draft", "duplicate-suit"},
    "entry.": {kind.value for kind in EntryKind},
    "stamp.": {kind.value for kind in DECIDING} | {"label"},
    "member.": {f"{step}.{name}" for step in STEPS for name, _, _ in shown_members(step)},
    "choice.": {f"{family}.{one}" for family, words in CHOICES.items() for one in words},
    "fact.": set(GLANCE),
    "fact_state.": {"proven", "derived", "unsupported", "withheld", "stated"},
    "move.": set(MOVES),
    "move_member.": {"amount", "on", "reason", "what", "note", "reference"},
    "answer_state.": {"pending", "prepared", "sent", "mined", "lodged", "failed"},
    "reports.series.": {"received", "accepted", "returned"},
    "served.tab.": {"case", "evidence", "checks", "answer"},
    "served.party.": {"defendant", "guarantor"},
    "served.kind.": set(KINDS),
    "served.why.": set(KINDS),
    "served.stage.": {stage.value for stage in Stage},
    "served.ground.": {ground.value for ground in Ground},
    "served.result.": {result.value for result in Submitted},
    "served.form.": set(),
    "field.": set(),
    "value.": set(),
    "own.done.": {"password", "factor", "session"},
    "purpose_word.": {purpose.value for purpose in Purpose},
    "accounts.done.": {"asked", "address", "change"} | {act.value for act in Act},
    "account_state.": {"open", "disabled", "paused", "must-change"},
    "account_act.": {act.value for act in Act} | {f"{act.value}.text" for act in Act},
    "role_does.": {role.value for role in Role},
    "approval_kind.": {kind.value for kind in ApprovalKind},
    "approval_state.": {state.value for state in ApprovalState},
    "scope.": {scope.value.replace(":", "_") for scope in Scope},
    "part.": {name for name, _ in PARTS},
    "hit.": {"entry", "map_entry", "checkpoint", "anchor", "loan", "finding", "case", "package", "filing"},
    "hit_by.": {"leaf", "root", "original", "tx", "event", "loan", "index", "finding", "reference", "case_number"}
    | {"transaction", "zip", "pdf"},
    "place.": {*places_of("ab" * 32), *places_of("（2026）闽0503民初1234号"), *places_of("12345678")},
    "severity.": set(SEVERITIES),
    "verdict.": {*VERDICTS, "pending", "explained"} | {f"{one}.text" for one in VERDICTS},
    "finding_is.": {one.value for one in State},
    "finding.told.": {*ACTS, "same", "reason", "state", "to", "due"},
    "act.": {*ACTS} | {f"{one}.{part}" for one in ACTS for part in ("text", "button")},
    "standing.": {one.value for one in Standing} | {"nobody"},
    "indicator.": {*NAMES} | {f"{name}.text" for name in NAMES},
    "erasure_is.": {one.value for one in ErasureState},
    "consistency.": {"signed_old", "signed_new", "proof", "entries", "old", "new", "too_large", "none", "no_checkpoint"}
    | {f"{one}{part}" for one in ("passed", "failed", "incomplete") for part in ("", ".text")},
    "list.": {*LISTS} | {f"{name}.text" for name in LISTS},
    "unit.": {"day", "hour", "minute", "second"},
}


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_with_the_same_holes() -> None:
    zh, en = texts("zh").entries, texts("en").entries
    assert set(zh) == set(en)
    assert {key: holes(zh[key]) for key in zh} == {key: holes(en[key]) for key in en}
    assert all(zh.values())
    assert all(en.values())


def test_no_key_is_written_twice() -> None:
    for lang in ("zh", "en"):
        lines = (FOLDER / f"{lang}.yaml").read_text().splitlines()
        keys = [line.split(":")[0] for line in lines if line and not line.startswith("#")]
        assert len(keys) == len(set(keys))


def test_every_key_that_a_page_asks_for_exists_and_every_family_is_whole() -> None:
    asked: set[str] = set()
    for template in (WEB / "templates").rglob("*.html"):
        for _, key, after in CALL.findall(template.read_text()):
            if after == "~":
                assert key in FAMILIES, f"{template.name}: {key}"
            else:
                asked.add(key)
    for module in WEB.glob("*.py"):
        asked |= set(PYTHON_KEY.findall(module.read_text()))
    assert len(asked) > 80
    known = set(texts("zh").entries)
    assert asked - known == set()
    for family, members in FAMILIES.items():
        assert {family + member for member in members} <= known, family


def test_no_text_is_left_that_nobody_shows() -> None:
    sources = "".join(path.read_text() for path in [*WEB.glob("*.py"), *(WEB / "templates").rglob("*.html")])
    families = tuple(FAMILIES)
    unused = [key for key in texts("zh").entries if not key.startswith(families) and key not in sources]
    assert unused == []


def test_the_words_promise_no_more_than_unaltered() -> None:
    for lang in ("zh", "en"):
        everything = " ".join(texts(lang).entries.values()).lower()
        assert "authentic" not in everything
        assert "不可篡改" not in everything

"""Clocks of a filing: which day is the last one for what, how many days are left, by which rule.

Spec: docs/spec/filing.md, "Clocks". Counted from what the court entered (its signed notes) and from our own filings; a
day that the court named itself is taken as it stands, a period of the law is counted and moved past holidays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from evidence_service.core.event import parse_instant
from litigation.core.court_entry import DECIDING, CourtEntry, EntryKind
from litigation.core.deadlines import deadline
from litigation.core.filing import CLOSED, Filing, FilingState
from litigation.core.limitation import YEARS, LimitationState
from litigation.core.rules import Rules
from litigation.errors import RuleMissingError

COURT_TIME = ZoneInfo("Asia/Shanghai")
RENEW_BEFORE = 30
"""Days before a preservation ends in which its renewal should be asked for."""
SOON = 7


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline. `what` is a stable word; `alarm`: overdue, soon or later; `provisional`: holidays not known."""

    our_reference: str
    filing_id: str
    what: str
    zh: str
    en: str
    last_day: date
    days_left: int
    rule: str
    source: str
    provisional: bool

    @property
    def alarm(self) -> str:
        """How urgent it is."""
        if self.days_left < 0:
            return "overdue"
        return "soon" if self.days_left <= SOON else "later"


WORDS = {
    "answer": ("法院立案审查期限", "the court's decision on the filing is due"),
    "cure": ("补正期限", "cure what the court returned"),
    "fee": ("交纳诉讼费期限", "pay the court fee"),
    "evidence": ("举证期限", "evidence period ends"),
    "hearing": ("开庭", "hearing"),
    "preservation_renewal": ("申请续行保全", "ask for the renewal of the preservation"),
    "preservation": ("保全到期", "preservation ends"),
    "appeal": ("上诉期限", "appeal period ends"),
    "enforcement": ("申请执行期限", "apply for enforcement"),
    "limitation": ("诉讼时效", "limitation: sue again before it ends"),
}


def clocks(filing: Filing, entries: Sequence[CourtEntry], rules: Rules, now: datetime) -> tuple[Clock, ...]:
    """The clocks that run for one filing, the nearest first. What was done already has none."""
    wall = _Wall(filing, rules, now.astimezone(COURT_TIME).date())
    decided = any(entry.kind in DECIDING for entry in entries)
    if filing.state is FilingState.SUBMITTED and filing.lodged_at is not None and not decided:
        wall.count("answer", "filing_decision", _court_day(entries[0].at if entries else filing.lodged_at))
    over = bool(_kinds(entries) & {EntryKind.WITHDRAWN, EntryKind.CLOSED})
    for kind, hang in HANGS.items():
        if over and kind not in OUTLIVES:
            continue
        mine = [entry for entry in entries if entry.kind is kind]
        for entry in mine[-1:] if kind in REPLACED else mine:
            hang(entry, [later for later in entries if later.n > entry.n], wall)
    return tuple(sorted(wall.found, key=lambda clock: (clock.last_day, clock.what)))


def limitation_clock(filing: Filing, state: LimitationState | None, now: datetime) -> Clock | None:
    """Limitation by the careful reading, where a suit ended undecided; while one is pending it does not run."""
    if filing.state not in CLOSED or state is None:
        return None
    zh, en = WORDS["limitation"]
    left = (state.last_day - now.astimezone(COURT_TIME).date()).days
    who = filing.our_reference, filing.filing_id
    return Clock(*who, "limitation", zh, en, state.last_day, left, YEARS, state.source, state.provisional)


class _Wall:
    """Where the clocks of one filing are hung."""

    def __init__(self, filing: Filing, rules: Rules, today: date) -> None:
        self.found: list[Clock] = []
        self.today = today
        self._filing, self._rules = filing, rules

    def name(self, what: str, day: date, source: str = "", *, provisional: bool = False, rule: str = "") -> None:
        """A day that somebody named."""
        zh, en = WORDS[what]
        left = (day - self.today).days
        filing = self._filing
        self.found.append(
            Clock(filing.our_reference, filing.filing_id, what, zh, en, day, left, rule, source, provisional)
        )

    def count(self, what: str, period: str, begins: date, *, sure: bool = True) -> None:
        """A day that the law counts."""
        try:
            made = deadline(period, begins, self._rules)
        except RuleMissingError:  # a day before the rules: the careful answer is that day itself
            self.name(what, begins, "no rule is recorded for that day", provisional=True)
            return
        self.name(
            what,
            made.last_day,
            made.rule.source,
            provisional=made.provisional or not sure,
            rule=made.rule.series,
        )


def _returned(entry: CourtEntry, later: Sequence[CourtEntry], wall: _Wall) -> None:
    if EntryKind.CURED not in _kinds(later):
        wall.name("cure", date.fromisoformat(entry.detail["cure_by"]), "在线诉讼规则 9")


def _fee(entry: CourtEntry, later: Sequence[CourtEntry], wall: _Wall) -> None:
    paid = [one.detail["amount"] for one in later if one.kind is EntryKind.FEE_PAID]
    if entry.detail["amount"] in paid:
        return
    if "due_on" in entry.detail:
        wall.name("fee", date.fromisoformat(entry.detail["due_on"]), "诉讼费用交纳办法 22")
    else:  # the court names no day: seven days from the notice
        wall.count("fee", "fee", _court_day(entry.at))


def _evidence(entry: CourtEntry, later: Sequence[CourtEntry], wall: _Wall) -> None:
    if EntryKind.JUDGMENT not in _kinds(later):
        wall.name("evidence", date.fromisoformat(entry.detail["until"]), "民事诉讼证据规定 51")


def _hearing(entry: CourtEntry, later: Sequence[CourtEntry], wall: _Wall) -> None:
    day = _court_day(parse_instant(entry.detail["at"], "at"))
    if day >= wall.today and EntryKind.JUDGMENT not in _kinds(later):
        wall.name("hearing", day, "民事诉讼法 139")


def _preserved(entry: CourtEntry, later: Sequence[CourtEntry], wall: _Wall) -> None:
    until = date.fromisoformat(entry.detail["until"])
    wall.name("preservation", until, "民事诉讼法解释 485")
    wall.name("preservation_renewal", until - timedelta(days=RENEW_BEFORE), "民事诉讼法解释 485")


def _judgment(entry: CourtEntry, later: Sequence[CourtEntry], wall: _Wall) -> None:
    kinds = _kinds(later)
    served = sorted(
        date.fromisoformat(one.detail["served_on"])
        for one in later
        if one.kind is EntryKind.SERVED and any(word in one.detail["document"] for word in DECISIONS)
    )
    if entry.detail["kind"] in ("judgment", "ruling") and EntryKind.APPEALED not in kinds:
        begins = served[0] if served else _court_day(entry.at)
        period = "appeal" if entry.detail["kind"] == "judgment" else "appeal_ruling"
        wall.count("appeal", period, begins, sure=bool(served))
    effective = entry.detail.get("effective_on")
    if effective and entry.detail["kind"] != "ruling" and EntryKind.ENFORCEMENT not in kinds:
        wall.count("enforcement", "enforcement", date.fromisoformat(effective))


HANGS: Mapping[EntryKind, Callable[[CourtEntry, Sequence[CourtEntry], _Wall], None]] = {
    EntryKind.RETURNED: _returned,
    EntryKind.FEE_NOTICE: _fee,
    EntryKind.EVIDENCE_PERIOD: _evidence,
    EntryKind.HEARING: _hearing,
    EntryKind.PRESERVED: _preserved,
    EntryKind.JUDGMENT: _judgment,
}
"""What hangs a clock, unless a later entry stopped it."""
REPLACED = frozenset({EntryKind.RETURNED, EntryKind.EVIDENCE_PERIOD})
"""Of these only the newest counts; of the others each has its own clock."""
OUTLIVES = frozenset({EntryKind.PRESERVED, EntryKind.JUDGMENT})
"""These go on after the case was closed or withdrawn."""
DECISIONS = ("判决", "裁定", "调解书", "支付令", "judgment", "ruling")
"""Service of a decision is told by the name of what was served."""


def _kinds(entries: Iterable[CourtEntry]) -> set[EntryKind]:
    return {entry.kind for entry in entries}


def _court_day(moment: datetime) -> date:
    return moment.astimezone(COURT_TIME).date()

"""Loans told in a line: `tell("approval.granted 3 A", …)` is a type, a time, an actor (? for nobody), and fields."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from evidence_service.conformance.core.engine import Tally, evaluate
from evidence_service.conformance.core.happening import Happening, History, history_of
from evidence_service.conformance.core.rule import RuleSet
from evidence_service.conformance.rulebook import parse_rules

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = START + timedelta(days=3650)
CHINA = ZoneInfo("Asia/Shanghai")
HEAD = """rules: toy
version: "1"
title: {zh: 玩具, en: Toy}
zone: Asia/Shanghai
list:
"""
COMMON = """  - id: RULE
    version: 1
    title: {zh: 规则, en: The rule}
    source: 商业银行法 35
    mark: V
    duty: {zh: 审批人, en: who approves}
    severity: high
"""


def rule_text(body: str, name: str = "the-rule") -> str:
    """A rule with what every rule has, and these lines of its own."""
    own = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return COMMON.replace("RULE", name) + own


@cache
def rule_set(*bodies: str) -> RuleSet:
    """A rule set of such rules: rule-1, rule-2 and so on; of one: the-rule."""
    names = ["the-rule"] if len(bodies) == 1 else [f"rule-{number}" for number in range(1, len(bodies) + 1)]
    return parse_rules((HEAD + "".join(map(rule_text, bodies, names))).encode(), "toy.yaml")


def happening(sequence: int, line: str) -> Happening:
    """One event: `type hours actor[/role] [field=value …]`; `~` instead of fields: erased."""
    kind, hours, who, *fields = line.split()
    name, _, role = who.partition("/")
    erased = fields == ["~"]
    values = {} if erased else dict(field.split("=", 1) for field in fields)
    return Happening(
        entry=100 + sequence,
        id=f"E-{sequence}",
        sequence=sequence,
        type=kind,
        at=START + timedelta(hours=float(hours)),
        actor=None if name == "?" or erased else name,
        role="" if erased else (role or "staff"),
        values=None if erased else {key: value for key, value in values.items() if key != "corrects"},
        corrects=values.get("corrects"),
    )


def tell(*lines: str, loan: str = "L-1", as_declared: bool = False) -> History:
    """A loan from its events in the order of the log."""
    told: Iterable[Happening] = [happening(number, line) for number, line in enumerate(lines)]
    return history_of(loan, told, as_declared=as_declared)


def judged(body: str, *lines: str, as_of: datetime = LATER) -> str:
    """The one verdict of a rule about a loan; `none` where the loan is not in its population."""
    found = numbers(body, [tell(*lines)], as_of)
    verdicts = [name for name in ("satisfied", "breaches", "unordered", "unknown", "pending") if getattr(found, name)]
    assert len(verdicts) == (1 if found.population else 0)
    return verdicts[0].replace("breaches", "breach") if verdicts else "none"


def numbers(body: str, histories: Iterable[History], as_of: datetime = LATER) -> Tally:
    """The tally of one rule over loans."""
    (tally,) = evaluate(rule_set(body), histories, as_of).tallies
    return tally

"""The command `audit posts`: what people in key posts did, beside their peers, and who answers for what.

Spec: docs/spec/conformance.md (Key posts). Who somebody is, is personal data: each run is on record before it reads.
"""

from __future__ import annotations

from typing import Any

import click

from evidence_service.bootstrap import open_home
from evidence_service.conformance.answer import left, right, wide
from evidence_service.conformance.core.measure import Measure, Standing
from evidence_service.conformance.core.post import Indicator
from evidence_service.conformance.core.post_report import Person, PostReport
from evidence_service.conformance.postbook import load_posts
from evidence_service.conformance.rule_nodes import RuleFileError
from evidence_service.conformance.rulebook import load_rules
from evidence_service.conformance_commands import institution_option, language_option, rules_option
from evidence_service.conformance_service import Accountability, ConformanceService, PostAudit
from evidence_service.console import emit, home_of, json_option, operator, refusals_exit_1
from evidence_service.core.event import format_instant
from evidence_service.errors import NotFoundError
from evidence_service.service import require_initialised

SHOWN = 10
SHORT = {
    "zh": "占比 通过率 过快 连批 非时 返工 自批 搭档 早逾 面访 投诉".split(),
    "en": "share approved fast burst off-hrs rework self partner early-def visits complain".split(),
}
WORDS = {
    "zh": {
        "who": "人员",
        "loans": "笔数",
        "acts": "次数",
        "nobody": "（人员不明）",
        "unknown": "次未载明人员",
        "few": "案件太少，不作评价",
        "notable": "建议查看",
    },
    "en": {
        "who": "who",
        "loans": "loans",
        "acts": "acts",
        "nobody": "(nobody known)",
        "unknown": "act(s) by nobody known",
        "few": "too few cases for a verdict",
        "notable": "somebody should look",
    },
}


@click.command("posts")
@click.option("--posts", "posts_name", default="lending", show_default=True, help="A shipped book, or a .yaml file.")
@click.option("--post", "post_id", help="Only this post.")
@click.option("--show", "actor", help="One person: duties, rules, and the events behind each indicator (on record).")
@click.option("--limit", default=SHOWN, show_default=True, type=click.IntRange(1, 1_000_000), help="So many lines.")
@rules_option
@institution_option
@language_option
@json_option
@click.pass_context
@refusals_exit_1
def audit_posts_command(
    context: click.Context,
    posts_name: str,
    post_id: str | None,
    actor: str | None,
    limit: int,
    rules_name: str,
    institution: str | None,
    language: str,
    as_json: bool,
) -> None:
    """Indicators of key posts: volume, approval rate, concentration, speed, off-hours, rework, pairs, defaults, visits.

    Shares stand with an interval at 95 %; below the book's minimum of cases nobody is judged.
    --show names the rules (--rules) for which a person answers.
    """
    book = load_posts(posts_name)
    if post_id is not None and post_id not in {post.id for post in book.posts}:
        raise RuleFileError(f"no post {post_id[:40]} in {book.name}; it has {', '.join(one.id for one in book.posts)}")
    service = open_home(home_of(context))
    require_initialised(service)
    name = service.log(institution).institution
    door = ConformanceService(service, operator())
    audit = door.posts(name, book, load_rules(rules_name) if actor else None, actor)
    chosen = [one for one in audit.posts if post_id in (None, one.post.id)]
    if actor is not None:
        _emit_person(audit, chosen, actor, limit, language, as_json)
        return
    answer = {
        "institution": name,
        "book": {"name": book.name, "version": book.version, "minimum": book.minimum},
        "restricted_loans": audit.restricted_loans,
        "posts": [post_json(one) for one in chosen],
    }
    emit(as_json, answer, [line for one in chosen for line in post_lines(one, language, limit)])


def post_json(one: PostReport) -> dict[str, Any]:
    """A post with its people."""
    return {
        "post": one.post.id,
        "names": dict(one.post.names),
        "duty": dict(one.post.duty),
        "acts": one.acts,
        "loans": one.loans,
        "unknown": one.unknown,
        "hhi": _rounded(one.hhi),
        "top5": _rounded(one.top5),
        "people": [person_json(person) for person in one.people],
    }


def person_json(person: Person) -> dict[str, Any]:
    """A person with every indicator."""
    return {
        "actor": person.actor,
        "loans": person.loans,
        "acts": person.acts,
        "partner": person.partner,
        "notable": [one.value for one in person.notable],
        "indicators": {name.value: measure_json(one) for name, one in person.measures.items()},
    }


def measure_json(one: Measure) -> dict[str, Any]:
    """One share with its interval."""
    return {
        "hits": one.hits,
        "of": one.of,
        "unmeasured": one.unmeasured,
        "share": _rounded(one.share),
        "low": _rounded(one.low),
        "high": _rounded(one.high),
        "peers": _rounded(one.peers),
        "expected": _rounded(one.expected),
        "standing": one.standing.value,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def post_lines(one: PostReport, language: str, limit: int) -> list[str]:
    """A post as a table: one line per person; ! asks somebody to look, ~ is too few for a verdict."""
    words = WORDS[language]
    there = [name for name in Indicator if any(name in person.measures for person in one.people)]
    short = dict(zip(Indicator, SHORT[language], strict=True))
    rows = [[words["who"], words["loans"], words["acts"], *(short[name] for name in there)]]
    for person in one.people[:limit]:
        cells = [person.actor or words["nobody"], f"{person.loans:,}", f"{person.acts:,}"]
        rows.append(cells + [_cell(person.measures.get(name)) for name in there])
    widths = [max(wide(row[at]) for row in rows) for at in range(len(rows[0]))]
    told = ["  ".join([left(row[0], widths[0]), *map(right, row[1:], widths[1:])]).rstrip() for row in rows]
    if len(one.people) > limit:
        told.append(f"… {len(one.people) - limit}")
    share = f", top 5: {one.top5:.0%}, HHI {one.hhi:.3f}" if one.top5 is not None and one.hhi is not None else ""
    head = f"{one.post.names[language]} ({one.post.duty[language]}): {one.loans:,} / {one.acts:,}{share}"
    return [head, *told, f"{one.unknown:,} {words['unknown']};  ! {words['notable']};  ~ {words['few']}", ""]


def _cell(one: Measure | None) -> str:
    if one is None or one.share is None:
        return "-"
    mark = {Standing.NOTABLE: "!", Standing.TOO_FEW: "~"}.get(one.standing, " ")
    return f"{one.share * 100:.1f}%{mark}"


def _emit_person(
    audit: PostAudit, posts: list[PostReport], actor: str, limit: int, language: str, as_json: bool
) -> None:
    mine = [(one, person) for one in posts for person in one.people if person.actor == actor]
    if not mine and not audit.accountable:
        raise NotFoundError("nobody of that id holds one of these posts; `audit posts` lists who does")
    answer = {
        "actor": actor,
        "posts": [
            {
                "post": one.post.id,
                "duty": dict(one.post.duty),
                **person_json(person),
                "events": {
                    name.value: [{"loan": act.loan, "index": act.entry, "id": act.id} for act in acts]
                    for name, acts in person.shown.items()
                },
            }
            for one, person in mine
        ],
        "accountable": [_accountable_json(one) for one in audit.accountable],
    }
    lines = [line for one, person in mine for line in _person_lines(one, person, language, limit)]
    for chain in audit.accountable:
        lines.append(f"{chain.rule.duty[language]}: {chain.rule.title[language]} ({chain.rule.source})")
        lines.append(f"  {chain.rule.id} v{chain.rule.version}, {len(chain.findings)} breach(es)")
        lines += [
            f"    [{one.accountable.entry}] {one.accountable.id}  loan {one.loan}  {one.digest[:16]}"
            for one in chain.findings[:limit]
        ]
    emit(as_json, answer, lines)


def _accountable_json(chain: Accountability) -> dict[str, Any]:
    return {
        "rule": chain.rule.id,
        "version": chain.rule.version,
        "duty": dict(chain.rule.duty),
        "source": chain.rule.source,
        "breaches": len(chain.findings),
        "findings": [
            {
                "finding": one.digest,
                "loan": one.loan,
                "index": one.accountable.entry,
                "id": one.accountable.id,
                "at": format_instant(one.accountable.at),
            }
            for one in chain.findings
        ],
    }


def _person_lines(one: PostReport, person: Person, language: str, limit: int) -> list[str]:
    lines = [f"{one.post.names[language]} ({one.post.duty[language]}): {person.loans:,} / {person.acts:,}"]
    for name, found in person.measures.items():
        if found.share is None or found.low is None or found.high is None:
            continue
        beside = "".join(
            f", {word} {value * 100:.1f}%"
            for word, value in (("peers", found.peers), ("expected", found.expected))
            if value is not None
        )
        interval = f"[{found.low * 100:.1f}, {found.high * 100:.1f}]"
        lines.append(
            f"  {name.value}: {found.hits:,}/{found.of:,} = {found.share * 100:.1f}% {interval}{beside}"
            f"  {found.standing.value}" + (f"  ({found.unmeasured:,} unmeasured)" if found.unmeasured else "")
        )
        if found.standing is Standing.NOTABLE:
            lines += [f"    [{act.entry}] {act.id}  loan {act.loan}" for act in person.shown[name][:limit]]
    return lines

# ruff: noqa: E501 -- each row is one rule and what it says
"""Rule files and books of posts: the shipped ones load; whatever is unclear is refused by rule and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_service.conformance.core.post import Indicator
from evidence_service.conformance.postbook import SHIPPED as SHIPPED_POSTS
from evidence_service.conformance.postbook import load_posts, parse_posts, shipped_posts
from evidence_service.conformance.rule_nodes import RuleFileError
from evidence_service.conformance.rulebook import KINDS, load_rules, parse_rules, shipped_rules
from evidence_service.importing import load_profile
from tests.evidence_service.conformance.stories import HEAD, rule_text

GOOD = "kind: precedence\nbefore: interview.held\nevent: approval.granted\n"


def refusal(body: str, *, head: str = HEAD) -> str:
    with pytest.raises(RuleFileError) as caught:
        parse_rules((head + rule_text(body)).encode(), "mine.yaml")
    return str(caught.value)


def test_the_shipped_rule_sets_load_and_name_law_and_duty_in_both_languages() -> None:
    assert shipped_rules() == ("bpic12", "bpic20", "lending", "rtfm")
    seen = set()
    for name in shipped_rules():
        rules = load_rules(name)
        assert rules.name == name
        for rule in rules.rules:
            seen.add(rule.kind)
            assert rule.source
            assert all(rule.title[language] and rule.duty[language] for language in ("zh", "en"))
    assert set(KINDS) - seen == {"same_actor"}


def test_rule_sets_of_the_public_data_fit_the_profiles_that_import_them() -> None:
    for name in ("bpic12", "bpic20", "rtfm"):
        made = {template.type.code for template in load_profile(name).table.values()}
        for rule in load_rules(name).rules:
            for selector in rule.check.looks_at:
                named = frozenset[str]().union(*(pattern.types for pattern in selector.patterns))
                assert named <= made, (rule.id, named - made)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (GOOD.replace("precedence", "precedes"), ("field kind", "'precedes' is none of")),
        (GOOD.replace("interview.held", "interview.hold"), ("field before", "no event type 'interview.hold'")),
        (GOOD.replace("before: interview.held\n", ""), ("field before", "'before' is missing")),
        (GOOD + "befor: x\n", ("field (all)", "unknown key 'befor'")),
        (GOOD + "tie: breach\n", ("field tie", "'breach' is none of")),
        (GOOD + "from: 2026-02-30\n", ("field from", "a day such as")),
        (GOOD + "from: 2026-03-02\nuntil: 2026-03-01\n", ("field until", "ends before it begins")),
        (GOOD.replace("event: approval.granted", "event: {type: approval.granted, which: newest}"), ("field event",)),
        (GOOD.replace("event: approval.granted", "event: {type: approval.granted, where: {payload.sum: x}}"), ("field event", "no single field 'sum'")),
        (GOOD.replace("event: approval.granted", "event: {type: approval.granted, where: {payload.grade: {over: '3'}}}"), ("field event", "is no number")),
        (GOOD.replace("event: approval.granted", "event: {type: approval.granted, where: {amount: x}}"), ("field event", "neither payload.FIELD")),
        (GOOD.replace("event: approval.granted", "event: {type: approval.granted, where: {payload.amount: {over: 1e3}}}"), ("field event", "a decimal")),
        ("kind: absence\nevent: offer.sent\n", ("field given", "of which loans")),
        ("kind: hours\nevent: contact.made\nearliest: '22:00'\nlatest: '08:00'\n", ("field latest", "later than")),
        ("kind: hours\nevent: contact.made\nearliest: 8\nlatest: '22:00'\n", ("field earliest", "08:00")),
        ("kind: window\nstart: claim.arose\nend: demand.sent\nunit: days\n", ("field at_most", "needs at_least")),
        ("kind: people\ngiven: approval.granted\namong: any\nat_least: 1\n", ("field at_least", "from 2 on")),
        ("kind: response\nevent: loan.disbursed\nafter: loan.checked\nwithin: {days: 1, hours: 2}\n", ("field within",)),
        ("kind: amounts\nevent: collection.referred\nmust: less\nleft: []\nright: []\n", ("field left", "no term")),
        ("kind: amounts\nevent: collection.referred\nmust: less\nleft: [{sum: payload.channel, of: demand.sent}]\nright: []\n", ("field left", "is no number")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_rule_and_field(body: str, names: tuple[str, ...]) -> None:
    said = refusal(body)
    assert said.startswith("rule the-rule, ")
    for name in names:
        assert name in said


def test_a_file_that_is_no_rule_file_is_refused(tmp_path: Path) -> None:
    assert "no time zone" in refusal(GOOD, head=HEAD.replace("Asia/Shanghai", "Asia/Nowhere"))
    assert "unknown key 'rule'" in refusal(GOOD, head=HEAD.replace("rules:", "rule: x\nrules:"))
    assert "anchors" in refusal(GOOD + "given: &a loan.closed\n")
    with pytest.raises(RuleFileError, match="two rules of one id"):
        parse_rules((HEAD + rule_text(GOOD) + rule_text(GOOD)).encode(), "twice.yaml")
    with pytest.raises(RuleFileError, match="shipped: bpic12, bpic20, lending, rtfm"):
        load_rules("nope")
    with pytest.raises(RuleFileError, match="cannot be read"):
        load_rules(str(tmp_path / "none.yaml"))
    (tmp_path / "mine.yaml").write_text(HEAD + rule_text(GOOD), "utf-8")
    assert load_rules(str(tmp_path / "mine.yaml")).rules[0].id == "the-rule"


def test_every_threshold_of_the_shipped_books_is_dated_or_sourced_and_every_indicator_can_be_measured() -> None:
    assert shipped_posts() == ("bpic12", "lending")
    lending = load_posts("lending")
    assert {post.id for post in lending.posts} == {"account_manager", "approver", "collector"}
    assert all(one.source and one.mark in ("V", "S", "O") and one.since for one in lending.thresholds)
    assert {one.indicator for one in lending.thresholds} == set(Indicator)
    assert load_posts("bpic12").default is None


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("  - id: approver", "  - id: approver\n    salary: x", ("post number 2", "unknown key 'salary'")),
        ("acts: [approval.granted, application.declined]", "acts: approval.given", ("post approver", "field acts")),
        ("post: collector, indicator: off_hours", "post: clerk, indicator: off_hours", ("threshold in line", "no such post")),
        ('over: "0.35"', 'over: "0.35", under: "0.1"', ("threshold in line", "exactly one of")),
        ("indicator: partner", "indicator: friends", ("threshold in line", "none of")),
        ("book: loan.disbursed\n", "", ("'default' needs 'book'",)),
    ],
)  # fmt: skip
def test_a_wrong_book_of_posts_is_refused_by_place_and_field(old: str, new: str, names: tuple[str, ...]) -> None:
    text = (SHIPPED_POSTS / "lending.yaml").read_text("utf-8")
    assert old in text
    with pytest.raises(RuleFileError) as caught:
        parse_posts(text.replace(old, new, 1).encode(), "posts.yaml")
    for name in names:
        assert name in str(caught.value)

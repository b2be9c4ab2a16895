"""Every kind of rule: kept, broken, and the three ways of not knowing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.evidence_service.conformance.stories import START, judged, numbers, rule_set, tell

PRECEDENCE = """
kind: precedence
before: [interview.held, visit.made]
event: approval.granted
"""
RESPONSE = """
kind: response
event: {type: loan.disbursed, which: first}
after: loan.checked
within: {days: 10}
"""
NOT_WHILE = """
kind: not_while
event: collection.referred
opened_by: dispute.raised
ended_by: dispute.decided
"""
FOUR_EYES = """
kind: different_actor
first: approval.granted
second: {type: offer.created, which: last}
except_roles: [system]
"""
ANY_OFFER = FOUR_EYES.replace("which: last", "which: every")


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["interview.held 1 M", "approval.granted 2 A"], "satisfied"),
        (["visit.made 1 M", "approval.granted 2 A", "interview.held 3 M"], "satisfied"),
        (["approval.granted 2 A", "interview.held 1 M"], "satisfied"),
        (["approval.granted 2 A"], "breach"),
        (["approval.granted 2 A", "interview.held 3 M"], "breach"),
        (["interview.held 2 M", "approval.granted 2 A"], "unordered"),
        (["approval.granted 2 A", "interview.held 2 M"], "unordered"),
        (["interview.held 1 M"], "none"),
        (["approval.granted 2 A", "interview.held 3 M", "approval.granted 4 A"], "breach"),
    ],
)
def test_precedence_by_times_that_are_strictly_in_order(lines: list[str], verdict: str) -> None:
    assert judged(PRECEDENCE, *lines) == verdict


def test_precedence_of_the_last_or_of_every_event() -> None:
    lines = ["approval.granted 2 A", "interview.held 3 M", "approval.granted 4 A"]
    assert (
        judged(PRECEDENCE.replace("event: approval.granted", "event: {type: approval.granted, which: last}"), *lines)
        == "satisfied"
    )
    assert (
        judged(PRECEDENCE.replace("event: approval.granted", "event: {type: approval.granted, which: every}"), *lines)
        == "breach"
    )


@pytest.mark.parametrize(
    ("policy", "lines", "verdict"),
    [
        ("unordered", ["interview.held 2 M", "approval.granted 2 A"], "unordered"),
        ("log_order", ["interview.held 2 M", "approval.granted 2 A"], "satisfied"),
        ("log_order", ["approval.granted 2 A", "interview.held 2 M"], "unordered"),
        ("satisfied", ["approval.granted 2 A", "interview.held 2 M"], "satisfied"),
        ("satisfied", ["approval.granted 2 A", "interview.held 3 M"], "breach"),
    ],
)
def test_no_tie_policy_makes_a_breach_of_equal_times(policy: str, lines: list[str], verdict: str) -> None:
    assert judged(PRECEDENCE + f"tie: {policy}\n", *lines) == verdict


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["loan.disbursed 0 S", "loan.checked 240 M"], "satisfied"),
        (["loan.disbursed 0 S", "loan.checked 300 M"], "breach"),
        (["loan.disbursed 0 S"], "breach"),
        (["loan.disbursed 0 S", "loan.checked 0 M"], "unordered"),
        (["loan.disbursed 0 S", "loan.checked 0 M", "loan.checked 5 M"], "satisfied"),
        (["loan.checked 5 M"], "none"),
    ],
)
def test_response_in_time(lines: list[str], verdict: str) -> None:
    assert judged(RESPONSE, *lines) == verdict


def test_a_response_whose_time_is_not_over_is_pending_until_the_end_of_that_day() -> None:
    # 2026-03-02 09:00 in China plus ten days: until the end of 2026-03-12 there, which is 16:00 UTC.
    last = START.replace(day=12, hour=15, minute=59)
    assert judged(RESPONSE, "loan.disbursed 0 S", as_of=last) == "pending"
    assert judged(RESPONSE, "loan.disbursed 0 S", as_of=last + timedelta(minutes=2)) == "breach"


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["collection.referred 3 C"], "satisfied"),
        (["dispute.raised 1 B", "collection.referred 3 C"], "breach"),
        (["dispute.raised 1 B", "dispute.decided 2 J", "collection.referred 3 C"], "satisfied"),
        (["dispute.raised 1 B", "dispute.decided 3 J", "collection.referred 3 C"], "unordered"),
        (["dispute.raised 3 B", "collection.referred 3 C"], "unordered"),
        (["dispute.raised 4 B", "collection.referred 3 C"], "satisfied"),
        (["dispute.raised 1 B", "dispute.decided 2 J", "dispute.raised 2.5 B", "collection.referred 3 C"], "breach"),
        (["dispute.raised 1 B", "dispute.decided 1 J", "collection.referred 3 C"], "unordered"),
        (["dispute.raised 1 B"], "none"),
    ],
)
def test_nothing_may_happen_while_something_stands_open(lines: list[str], verdict: str) -> None:
    assert judged(NOT_WHILE, *lines) == verdict


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["offer.created 1 M", "approval.granted 2 A"], "satisfied"),
        (["offer.created 1 A", "approval.granted 2 A"], "breach"),
        (["offer.created 1 A", "offer.created 1.5 M", "approval.granted 2 A"], "satisfied"),
        (["offer.created 1 A", "offer.created 1 M", "approval.granted 2 A"], "unordered"),
        (["offer.created 1 A", "offer.created 1 A", "approval.granted 2 A"], "breach"),
        (["offer.created 1 ?", "approval.granted 2 A"], "unknown"),
        (["offer.created 1 M", "approval.granted 2 ?"], "unknown"),
        (["offer.created 1 112/system", "approval.granted 2 112/system"], "none"),
        (["approval.granted 2 A"], "none"),
    ],
)
def test_four_eyes_over_the_last_offer(lines: list[str], verdict: str) -> None:
    assert judged(FOUR_EYES, *lines) == verdict


def test_four_eyes_over_any_offer_and_one_missing_actor() -> None:
    assert judged(ANY_OFFER, "offer.created 1 A", "offer.created 1.5 M", "approval.granted 2 A") == "breach"
    assert judged(ANY_OFFER, "offer.created 1 A", "offer.created 1.5 ?", "approval.granted 2 A") == "breach"
    assert judged(ANY_OFFER, "offer.created 1 M", "offer.created 1.5 ?", "approval.granted 2 A") == "unknown"
    same = ANY_OFFER.replace("different_actor", "same_actor")
    assert judged(same, "offer.created 1 A", "approval.granted 2 A") == "satisfied"
    assert judged(same, "offer.created 1 M", "approval.granted 2 A") == "breach"


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["offer.created 1 M", "approval.granted 2 A"], "satisfied"),
        (["offer.created 1 A", "approval.granted 2 A"], "breach"),
        (["offer.created 1 112/system", "approval.granted 2 A"], "breach"),
        (["offer.created 1 ?", "approval.granted 2 A"], "unknown"),
        (["offer.created 1 A"], "none"),
    ],
)
def test_so_many_people_touched_a_loan(lines: list[str], verdict: str) -> None:
    rule = "kind: people\ngiven: approval.granted\namong: any\nat_least: 2\nexcept_roles: [system]\n"
    assert judged(rule, *lines) == verdict


@pytest.mark.parametrize(
    ("rule", "lines", "verdict"),
    [
        ("kind: existence\ngiven: demand.sent\nevent: demand.reached\n", ["demand.sent 1 C"], "breach"),
        (
            "kind: existence\ngiven: demand.sent\nevent: demand.reached\n",
            ["demand.reached 0 C", "demand.sent 1 C"],
            "satisfied",
        ),
        ("kind: existence\ngiven: demand.sent\nevent: demand.reached\n", ["demand.reached 0 C"], "none"),
        ("kind: absence\nevent: offer.sent\nat_most: 1\n", ["offer.sent 1 M"], "satisfied"),
        ("kind: absence\nevent: offer.sent\nat_most: 1\n", ["offer.sent 1 M", "offer.sent 2 M"], "breach"),
        ("kind: absence\nevent: offer.sent\nat_most: 1\n", ["offer.created 1 M"], "none"),
        (
            "kind: not_coexistence\nfirst: approval.granted\nsecond: application.declined\n",
            ["approval.granted 1 A"],
            "satisfied",
        ),
        (
            "kind: not_coexistence\nfirst: approval.granted\nsecond: application.declined\n",
            ["approval.granted 1 A", "application.declined 1 A"],
            "breach",
        ),
        (
            "kind: balance\nfirst: offer.sent\nsecond: offer.returned\n",
            ["offer.sent 1 M", "offer.returned 2 B"],
            "satisfied",
        ),
        ("kind: balance\nfirst: offer.sent\nsecond: offer.returned\n", ["offer.returned 2 B"], "breach"),
        (
            "kind: balance\nby: payload.offer\nfirst: {type: offer.sent}\nsecond: offer.returned\n".replace(
                "payload.offer", "attributes.o"
            ),
            ["offer.sent 1 M attributes.o=1", "offer.returned 2 B attributes.o=2"],
            "breach",
        ),
        ("kind: balance\nby: attributes.o\nfirst: offer.sent\nsecond: offer.returned\n", ["offer.sent 1 M"], "unknown"),
    ],
)
def test_number_and_company(rule: str, lines: list[str], verdict: str) -> None:
    assert judged(rule, *lines) == verdict


@pytest.mark.parametrize(
    ("hours", "verdict"),
    [("240", "satisfied"), ("254.9", "satisfied"), ("255", "breach"), ("-30", "satisfied")],
)
def test_a_window_counts_calendar_days_where_the_house_is(hours: str, verdict: str) -> None:
    # The claim arose at 09:00 in China: fifteen hours later the next day begins there.
    rule = "kind: window\nstart: claim.arose\nend: demand.sent\nunit: days\nat_most: '10'\n"
    assert judged(rule, "claim.arose 0 S", f"demand.sent {hours} S") == verdict


def test_a_window_with_a_least_and_a_most_time() -> None:
    rule = "kind: window\nstart: demand.reached\nend: penalty.added\nunit: hours\nat_least: '2'\nat_most: '2'\n"
    assert judged(rule, "demand.reached 1 S", "penalty.added 3 S") == "satisfied"
    assert judged(rule, "demand.reached 1 S", "penalty.added 2.99 S") == "breach"
    assert judged(rule, "demand.reached 1 S", "penalty.added 3.01 S") == "breach"
    assert judged(rule, "penalty.added 3 S") == "none"


def test_contact_hours_count_events_not_loans_and_know_no_time_where_there_is_none() -> None:
    rule = 'kind: hours\nevent: contact.made\nearliest: "08:00"\nlatest: "22:00"\nweekdays: [mon, tue]\n'
    # 2026-03-02 is a Monday; START is 09:00 in China.
    tally = numbers(
        rule,
        [
            tell(
                "contact.made 0 C",
                "contact.made 13 C",  # 22:00:00, still within
                "contact.made 13.01 C",
                "contact.made -1.01 C",
                "contact.made 48 C",  # a Wednesday
                "contact.made 1 C attributes.time_basis=a_month",
                "contact.made 1 C ~",
            )
        ],
    )
    assert (tally.population, tally.satisfied, tally.breaches, tally.unknown) == (7, 2, 3, 2)


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (
            [
                "claim.arose 0 S payload.amount=35.0",
                "payment.received 1 B payload.amount=34.99",
                "collection.referred 2 S",
            ],
            "satisfied",
        ),
        (
            [
                "claim.arose 0 S payload.amount=35.0",
                "payment.received 1 B payload.amount=35",
                "collection.referred 2 S",
            ],
            "breach",
        ),
        (
            [
                "claim.arose 0 S payload.amount=35.0",
                "payment.received 2 B payload.amount=35",
                "collection.referred 2 S",
            ],
            "unordered",
        ),
        (
            [
                "claim.arose 0 S payload.amount=35.0",
                "payment.received 3 B payload.amount=35",
                "collection.referred 2 S",
            ],
            "satisfied",
        ),
        (["claim.arose 0 S", "payment.received 1 B payload.amount=35", "collection.referred 2 S"], "unknown"),
        (["claim.arose 0 S payload.amount=35.0"], "none"),
    ],
)
def test_no_collection_of_what_was_paid(lines: list[str], verdict: str) -> None:
    rule = """
kind: amounts
event: collection.referred
left:
  - {sum: payload.amount, of: payment.received}
must: less
right:
  - {last: payload.amount, of: claim.arose}
"""
    assert judged(rule, *lines) == verdict


def test_conditions_on_fields_roles_and_loans() -> None:
    big = "kind: absence\ngiven: approval.granted\n"
    big += "event: {type: approval.granted, where: {payload.amount: {over: '200000'}}}\n"
    assert judged(big, "approval.granted 1 A payload.amount=200000") == "satisfied"
    assert judged(big, "approval.granted 1 A payload.amount=200000.01") == "breach"
    assert judged(big, "approval.granted 1 A") == "unknown"
    assert judged(big.replace("over:", "given: 'true', over:"), "approval.granted 1 A") == "satisfied"
    role = "kind: precedence\nbefore: {type: approval.granted, role: [director]}\nevent: loan.disbursed\n"
    assert judged(role, "approval.granted 1 A/director", "loan.disbursed 2 S") == "satisfied"
    assert judged(role, "approval.granted 1 A/clerk", "loan.disbursed 2 S") == "breach"
    loans = PRECEDENCE + "given: credit.queried\nunless: loan.restructured\n"
    assert judged(loans, "approval.granted 2 A") == "none"
    assert judged(loans, "credit.queried 1 S", "approval.granted 2 A") == "breach"
    assert judged(loans, "credit.queried 1 S", "approval.granted 2 A", "loan.restructured 3 M") == "none"


def test_a_rule_speaks_of_the_days_on_which_it_was_in_force_where_the_house_is() -> None:
    # The approval is on 2026-03-03 00:30 in China, still the second in UTC.
    lines = ["approval.granted 15.5 A"]
    assert judged(PRECEDENCE + "from: 2026-03-03\n", *lines) == "breach"
    assert judged(PRECEDENCE + "from: 2026-03-04\n", *lines) == "none"
    assert judged(PRECEDENCE + "until: 2026-03-03\n", *lines) == "breach"
    assert judged(PRECEDENCE + "until: 2026-03-02\n", *lines) == "none"


def test_erased_events_keep_their_time_and_make_unknown_what_they_said() -> None:
    assert judged(PRECEDENCE, "interview.held 1 M ~", "approval.granted 2 A ~") == "satisfied"
    assert (
        judged(FOUR_EYES.replace("except_roles: [system]", ""), "offer.created 1 M ~", "approval.granted 2 A")
        == "unknown"
    )
    confirmed = (
        "kind: precedence\nbefore: {type: cost.disclosed, where: {payload.confirmed: 'true'}}\nevent: contract.signed\n"
    )
    assert judged(confirmed, "cost.disclosed 1 B ~", "contract.signed 2 B") == "unknown"
    assert judged(confirmed, "cost.disclosed 3 B ~", "contract.signed 2 B") == "breach"
    assert (
        judged(confirmed, "cost.disclosed 1 B payload.confirmed=true", "cost.disclosed 1 B ~", "contract.signed 2 B")
        == "satisfied"
    )


def test_a_correction_replaces_what_it_corrects_unless_the_first_declaration_is_asked_for() -> None:
    lines = ("interview.held 5 M", "approval.granted 2 A", "interview.held 1 M corrects=E-0")
    assert numbers(PRECEDENCE, [tell(*lines)]).satisfied == 1
    assert numbers(PRECEDENCE, [tell(*lines, as_declared=True)]).breaches == 1


def test_a_finding_is_the_same_in_every_run_and_another_for_another_loan_or_version() -> None:
    lines = ("approval.granted 2 A", "interview.held 3 M")
    (one,) = numbers(PRECEDENCE, [tell(*lines)]).findings
    (again,) = numbers(PRECEDENCE + "tie: log_order\n", [tell(*lines, "loan.checked 9 M")]).findings
    (other,) = numbers(PRECEDENCE, [tell(*lines, loan="L-2")]).findings
    assert one.digest == again.digest != other.digest
    assert one.rule.digest != again.rule.digest
    assert [event.id for event in one.events] == ["E-1", "E-0"]
    assert one.accountable.type == "approval.granted"


def test_the_digest_of_a_rule_does_not_hang_on_layout_and_comments() -> None:
    (first,) = rule_set(PRECEDENCE).rules
    (second,) = rule_set(
        "# why\nkind: precedence\nevent: approval.granted\nbefore:\n  - interview.held\n  - visit.made\n"
    ).rules
    (third,) = rule_set(PRECEDENCE.replace("visit.made", "income.recorded")).rules
    assert first.digest == second.digest != third.digest

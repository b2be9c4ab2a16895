"""The engine against a second evaluator that tries every order of events of one instant."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.conformance.core.happening import history_of
from tests.evidence_service.conformance import naive
from tests.evidence_service.conformance.stories import happening, numbers

KINDS = ("dispute.raised", "dispute.decided", "collection.referred")
EVENT = st.tuples(st.sampled_from(KINDS), st.integers(0, 3), st.sampled_from(("A", "B", "?")))
LOANS = st.lists(EVENT, min_size=1, max_size=6)
A, B, C = KINDS
RULES = {
    "precedence": f"kind: precedence\nbefore: {A}\nevent: {C}\n",
    "response": f"kind: response\nevent: {{type: {A}, which: last}}\nafter: {B}\n",
    "not_while": f"kind: not_while\nevent: {C}\nopened_by: {A}\nended_by: {B}\n",
    "different": f"kind: different_actor\nfirst: {A}\nsecond: {{type: {B}, which: last}}\n",
}


@settings(max_examples=120)
@given(LOANS)
def test_both_evaluators_say_the_same_of_every_loan(loan: list[tuple[str, int, str]]) -> None:
    told = [happening(number, f"{kind} {hour} {who}") for number, (kind, hour, who) in enumerate(loan)]
    history = history_of("L", told)
    expected = {
        "precedence": naive.precedence(told, A, C),
        "response": naive.response(told, A, B),
        "not_while": naive.not_while(told, C, A, B),
        "different": naive.different(told, A, B),
    }
    for name, rule in RULES.items():
        tally = numbers(rule, [history])
        words = {"satisfied": tally.satisfied, "breach": tally.breaches, "unordered": tally.unordered}
        words |= {"unknown": tally.unknown}
        found = next((word for word, count in words.items() if count), "none")
        assert found == expected[name], (name, loan)


@given(LOANS, st.permutations(range(6)))
def test_a_verdict_never_hangs_on_the_order_in_which_the_log_got_the_events(
    loan: list[tuple[str, int, str]], order: list[int]
) -> None:
    lines = [f"{kind} {hour} {who}" for kind, hour, who in loan]
    told = history_of("L", [happening(number, line) for number, line in enumerate(lines)])
    other = history_of(
        "L", [happening(number, lines[at]) for number, at in enumerate(a for a in order if a < len(lines))]
    )
    for rule in RULES.values():
        first, second = numbers(rule, [told]), numbers(rule, [other])
        assert (first.population, first.breaches, first.unordered, first.unknown) == (
            second.population,
            second.breaches,
            second.unordered,
            second.unknown,
        )


@given(LOANS)
def test_without_a_strict_order_there_is_no_breach_of_an_order(loan: list[tuple[str, int, str]]) -> None:
    history = history_of("L", [happening(number, f"{kind} 1 {who}") for number, (kind, _, who) in enumerate(loan)])
    if {A, C} <= {kind for kind, _, _ in loan}:
        assert numbers(RULES["precedence"], [history]).breaches == 0
        assert numbers(RULES["not_while"], [history]).breaches == 0

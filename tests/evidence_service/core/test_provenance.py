"""Provenance as data: what the events say, how it is known, and nothing where nothing is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from evidence_service.core.environment import Answer, Environment, SelfCheck
from evidence_service.core.provenance import (
    ENVIRONMENT,
    HEADINGS,
    NAMED,
    ROUTES,
    Confirmation,
    EventOrigin,
    Known,
    Statement,
    provenance,
)

START = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
OBSERVED = Environment(
    START, "host", "Linux", "CPython", "proofdocket 0.1.0", "00" * 32, Answer.GOOD, (SelfCheck("x", Answer.GOOD),), "s"
)


def origin(number: int, **changes: object) -> EventOrigin:
    first = EventOrigin(
        event_id=f"E-{number}",
        type="payment.received",
        sequence=number,
        occurred_at=START + timedelta(days=number),
        captured_at=START + timedelta(days=number, seconds=9),
        system="core",
        version="1",
        mechanism="automatic",
    )
    return replace(first, **changes)  # type: ignore[arg-type]


def codes(statements: tuple[Statement, ...]) -> list[tuple[str, str]]:
    return [(one.code, str(one.known)) for one in statements]


def test_of_nothing_nothing_is_said_under_any_heading() -> None:
    found = provenance((), (), ())
    assert (tuple(found.headings), tuple(found.routes), tuple(found.environment)) == (HEADINGS, ROUTES, ENVIRONMENT)
    assert not any([*found.headings.values(), *found.routes.values(), *found.environment.values()])


def test_what_the_sender_says_is_declared_and_what_we_saw_is_recorded() -> None:
    found = provenance([origin(0), origin(1, mechanism="manual", originals=2)], (), (OBSERVED,))
    assert codes(found.headings["source"]) == [("system", "declared")]
    assert codes(found.headings["generation"]) == [("automatic", "declared"), ("manual", "declared")]
    assert codes(found.headings["storage"]) == [("captured", "recorded"), ("originals", "recorded")]
    assert found.headings["storage"][0].values["clock"] == "00:00:09"
    assert codes(found.environment["observed"]) == [("observed", "recorded")]


def test_nobody_is_called_a_notary_a_neutral_platform_or_an_archive() -> None:
    found = provenance([origin(0)], (Confirmation("token", "TSA", START, "1"),), (OBSERVED,), ("10", "text"))
    assert (found.headings["notarisation"], found.routes["neutral"], found.routes["archive"]) == ((), (), ())


def test_tokens_and_cosignatures_are_evidence_of_their_own_and_an_anchor_is_recorded() -> None:
    seen = [Confirmation("token", "TSA", START, "7"), Confirmation("cosignature", "court", START)]
    found = provenance([origin(0)], [*seen, Confirmation("anchor", "31337", None, "12")], ())
    assert codes(found.headings["witness"]) == [
        ("token", "confirmed"),
        ("cosignature", "confirmed"),
        ("anchor", "recorded"),
    ]
    assert found.headings["witness"][0].values == {"name": "TSA", "time": "2026-01-05T02:00:00Z", "reference": "7"}


def test_late_and_corrected_events_are_counted() -> None:
    late = origin(1, captured_at=START + timedelta(days=9), corrects="E-0")
    found = provenance([origin(0), late], (), ())
    assert {one.code: one.values.get("count") for one in found.headings["storage"]} == {
        "captured": "2",
        "late": "1",
        "corrected": "1",
    }
    assert found.routes["business"][0].values == {"count": "1", "of": "2"}


def test_signatures_that_were_checked_on_capture_are_counted_by_key() -> None:
    found = provenance([origin(0, key="core+01020304"), origin(1)], (), ())
    signed = found.headings["source"][1]
    assert signed == Statement("signed", Known.CONFIRMED, {"key": "core+01020304", "count": "1", "of": "2"})


def test_links_are_named_by_number_within_the_loan_and_by_id_outside() -> None:
    found = provenance([origin(0), origin(1, corroborates=("E-0", "BANK-7"))], (), ())
    assert found.headings["corroboration"][0].values == {"event": "#1", "others": "#0、BANK-7"}


def test_many_links_are_counted() -> None:
    found = provenance([origin(number, corroborates=("X",)) for number in range(NAMED + 3)], (), ())
    assert len(found.headings["corroboration"]) == NAMED + 1
    assert found.headings["corroboration"][-1].values == {"count": "3"}


def test_only_a_clause_that_the_contract_states_is_an_agreed_method() -> None:
    assert provenance([origin(0)], (), ()).routes["agreed"] == ()
    agreed = provenance([origin(0)], (), (), ("第十条", "电子数据经存证后可以作为证据使用。")).routes["agreed"]
    assert agreed[0].values == {"number": "第十条", "wording": "电子数据经存证后可以作为证据使用。"}


def test_of_erased_events_only_their_number_is_said() -> None:
    found = provenance([origin(0, erased=True, system="", version="", mechanism="", key="")], (), ())
    assert codes(found.headings["source"]) == [("erased", "recorded")]
    assert found.headings["generation"] == ()
    assert found.routes["adverse"] == ()


def test_payments_that_reduce_the_claim_speak_against_their_keeper() -> None:
    found = provenance([origin(0), origin(1, type="demand.sent")], (), ())
    assert found.routes["adverse"][0].values == {"count": "1"}


def test_a_self_check_that_is_not_good_is_named() -> None:
    dirty = replace(OBSERVED, self_check=(SelfCheck("no-debugger", Answer.BAD), SelfCheck("no-proxy", Answer.UNKNOWN)))
    values = provenance([origin(0)], (), (dirty,)).environment["observed"][0].values
    assert (values["clean"], values["bad"]) == ("bad", "no-debugger、no-proxy")

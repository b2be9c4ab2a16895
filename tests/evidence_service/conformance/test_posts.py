"""Key posts: counted loan by loan, compared with peers, never judged on few cases; nobody known is never dropped."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.conformance.core.happening import History
from evidence_service.conformance.core.measure import Standing, measure, wilson
from evidence_service.conformance.core.post import Bound, Indicator, PostBook, Threshold
from evidence_service.conformance.core.post_report import Person, PostReport, report
from evidence_service.conformance.core.post_tally import PostTally
from evidence_service.conformance.postbook import SHIPPED, load_posts, parse_posts
from tests.evidence_service.conformance.stories import tell
from tests.evidence_service.conformance.test_log import answer, house, loan, run
from tests.evidence_service.privacy.house import House

__all__ = ["house"]
AS_OF = datetime(2030, 1, 1, tzinfo=UTC)
DAY = date(2026, 6, 1)


def approvers(histories: list[History], book: PostBook | None = None, as_of: datetime = AS_OF) -> PostReport:
    tally = PostTally(book or load_posts("lending"), as_of)
    for one in histories:
        tally.take(one)
    return next(one for one in report(tally, DAY) if one.post.id == "approver")


def person(found: PostReport, actor: str | None) -> Person:
    return next(one for one in found.people if one.actor == actor)


def application(number: int, decision: str, who: str, amount: str = "3000", *more: str) -> History:
    asked = f"application.submitted 0 B/borrower payload.amount_requested={amount}"
    return tell(
        asked, "interview.held 1 M", "validation.performed 2 R", f"{decision} 3 {who}", *more, loan=f"L-{number}"
    )


def test_wilson_is_the_known_interval() -> None:
    # Newcombe 1998, table I: 81 of 263, 0 of 20, 1 of 29.
    assert [round(value, 4) for value in wilson(81, 263)] == [0.2553, 0.3662]
    assert [round(value, 4) for value in wilson(0, 20)] == [0.0, 0.1611]
    assert [round(value, 4) for value in wilson(1, 29)] == [0.0061, 0.1718]


@given(st.integers(1, 5000), st.data())
def test_an_interval_holds_its_share_and_lies_between_nothing_and_all(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of + 1e-12
    assert hits / of - 1e-12 <= high <= 1


def test_small_numbers_show_an_interval_and_get_no_verdict() -> None:
    over = Threshold("approver", Indicator.FAST, Bound.OVER, 0.1, None, None, "house", "O")
    few = measure(Indicator.FAST, (9, 10, 0), (0, 100), over, 30)
    many = measure(Indicator.FAST, (90, 100, 0), (0, 100), over, 30)
    near = measure(Indicator.FAST, (12, 100, 0), (0, 100), over, 30)
    assert (few.standing, many.standing, near.standing) == (Standing.TOO_FEW, Standing.NOTABLE, Standing.NORMAL)
    assert few.low is not None
    assert few.low > 0.5
    assert measure(Indicator.FAST, (0, 0, 4), (0, 0), over, 30).share is None


def test_an_approval_rate_is_compared_with_his_own_mix_of_amounts() -> None:
    # Small loans are granted by everybody, large ones by nobody; A decides only on small ones: nothing odd about him.
    small = [application(number, "approval.granted", "A" if number % 2 else "B") for number in range(200)]
    large = [application(1000 + number, "application.declined", "B", "90000") for number in range(100)]
    one = person(approvers(small + large), "A").measures[Indicator.APPROVAL_RATE]
    assert (one.share, one.peers, one.expected, one.standing) == (1.0, 0.5, 1.0, Standing.NORMAL)
    # C grants the large ones, which nobody else does.
    odd = [application(2000 + number, "approval.granted", "C", "90000") for number in range(40)]
    one = person(approvers(small + large + odd), "C").measures[Indicator.APPROVAL_RATE]
    assert (one.share, one.expected, one.standing) == (1.0, 0.0, Standing.NOTABLE)


def test_acts_of_nobody_known_are_counted_and_not_judged() -> None:
    known = [application(number, "approval.granted", "A") for number in range(10)]
    nobody = [application(100 + number, "approval.granted", "?") for number in range(40)]
    system = [application(200 + number, "approval.granted", "112/system") for number in range(5)]
    found = approvers(known + nobody + system)
    assert (found.acts, found.unknown) == (50, 40)
    none = person(found, None)
    assert none.acts == 40
    assert none.notable == []
    assert person(found, "A").measures[Indicator.CONCENTRATION].share == pytest.approx(0.2)


def test_speed_bursts_and_hours() -> None:
    slow = tell("validation.performed 0 R", "approval.granted 1 A", loan="L-1")
    fast = tell("validation.performed 1 R", "approval.granted 1.01 A", loan="L-2")
    blind = tell("approval.granted 30 A", loan="L-3")
    night = tell("validation.performed 14 R", "approval.granted 15 A", loan="L-4")  # midnight in China
    one = person(approvers([slow, fast, blind, night]), "A").measures
    assert (one[Indicator.FAST].hits, one[Indicator.FAST].of, one[Indicator.FAST].unmeasured) == (1, 3, 1)
    assert (one[Indicator.BURST].hits, one[Indicator.BURST].of) == (1, 4)
    assert one[Indicator.OFF_HOURS].hits == 1


def test_self_dealing_partners_visits_defaults_and_complaints() -> None:
    alone = tell(
        "interview.held 1 A",
        "approval.granted 2 A",
        "loan.disbursed 3 S/system",
        "instalment.overdue 900 S/system",
        loan="L-1",
    )
    young = tell(
        "income.recorded 1 M",
        "approval.granted 2 A",
        "loan.disbursed 3 S/system",
        "dispute.raised 9 B/borrower",
        loan="L-2",
    )
    unclear = tell("income.recorded 1 ?", "approval.granted 2 A", loan="L-3")
    found = person(approvers([alone, young, unclear], as_of=datetime(2026, 4, 20, tzinfo=UTC)), "A")
    one = found.measures
    assert (
        one[Indicator.SELF_DEALING].hits,
        one[Indicator.SELF_DEALING].of,
        one[Indicator.SELF_DEALING].unmeasured,
    ) == (1, 2, 1)
    assert (
        one[Indicator.EARLY_DEFAULT].hits,
        one[Indicator.EARLY_DEFAULT].of,
        one[Indicator.EARLY_DEFAULT].unmeasured,
    ) == (1, 1, 2)
    assert (one[Indicator.VISIT_COVERAGE].hits, one[Indicator.VISIT_COVERAGE].of) == (1, 3)
    assert one[Indicator.COMPLAINTS].hits == 1
    assert found.partner == "M"
    assert [act.id for act in found.shown[Indicator.SELF_DEALING]] == ["E-1"]


def test_rework_counts_the_same_act_done_twice() -> None:
    twice = tell("approval.granted 2 A", "approval.granted 3 A", loan="L-1")
    both = tell("application.declined 2 A", "approval.granted 3 A", loan="L-2")
    assert person(approvers([twice, both]), "A").measures[Indicator.REWORK].hits == 1


def test_a_threshold_counts_from_its_day_on() -> None:
    text = (SHIPPED / "lending.yaml").read_text("utf-8").replace("from: 2024-07-01", "from: 2026-07-01")
    odd = [application(number, "approval.granted", "A", "3000", "interview.held 9 A") for number in range(40)]
    assert person(approvers(odd), "A").notable != []
    assert person(approvers(odd, parse_posts(text.encode(), "later.yaml")), "A").notable == []


def test_the_command_shows_people_duties_and_rules(house: House, tmp_path: Path) -> None:
    told = answer(house, "audit", "posts", "--post", "approver")
    (post,) = told["posts"]
    assert {one["actor"]: one["acts"] for one in post["people"]} == {"A-1": 3, "A-2": 1}
    chain = answer(house, "audit", "posts", "--show", "A-2")
    assert chain["posts"][0]["duty"]["zh"] == "审批"
    assert {one["rule"]: one["findings"][0]["id"] for one in chain["accountable"]}[
        "approver-did-not-validate"
    ] == "L2-1"
    assert "审批人" in run(house, "audit", "posts", "--lang", "zh").output
    assert answer(house, "audit", "posts", "--show", "X-9", code=1)["error"]["code"] == "not-found"
    assert answer(house, "audit", "posts", "--post", "clerk", code=1)["error"]["code"] == "conformance-rules"
    house.take(*loan(7, ("approval.granted", "07", None)))
    (post,) = answer(house, "audit", "posts", "--post", "approver")["posts"]
    assert post["unknown"] == 1
    assert post["people"][-1]["actor"] is None

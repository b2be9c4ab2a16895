"""The pages of a loan, a case and a batch: what they show, what a person may do there, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from litigation.adapters.evidence_door import history_of
from litigation.adapters.sql_case_store import CaseRow
from litigation.core.batch import BatchState, ItemState
from litigation.core.exhibit_order import ExhibitOrderError, check_order, offered
from litigation.core.history import LoanHistory
from tests.web.conftest import TOKEN
from tests.web.legal.conftest import LENDER, Lender, client_of, post
from web.batch_hands import worker_count


@pytest.fixture(scope="module")
def client(reader: Lender) -> FlaskClient:
    return client_of(reader)


def history(lender: Lender, loan: str) -> LoanHistory:
    return history_of(LENDER, loan, lender.instance.legal.litigation.evidence.store.events_of_loan(LENDER, loan))


def opened_case(lender: Lender) -> tuple[int, str]:
    """A case without a package."""
    loan, cases = lender.overdue()[0], lender.instance.legal.litigation.cases
    now = lender.instance.legal.litigation.evidence.now()
    row = cases.open_case(CaseRow(0, f"{LENDER}:{loan}", LENDER, loan, "package_built", now))
    known = lender.instance.legal.docket.case_of(row.our_reference)
    assert known is not None
    return known.id, loan


def test_a_loan_shows_its_life_by_stage_with_proofs_what_it_owes_and_the_other_convention(
    reader: Lender, client: FlaskClient
) -> None:
    loan = reader.overdue()[0]
    page = client.get(f"/loans/{LENDER}/{loan}").text
    for stage in ("Pre-lending", "Lending", "Post-lending"):
        assert stage in page
    assert "Checkpointed" in page  # published, and no chain is here
    assert "Anchored" not in page
    assert "Cap on the whole" in page
    assert "Cap per line" in page
    view = reader.instance.legal.cases("test").assess(LENDER, loan, reader.today)
    claim = view.assessment.claim
    assert claim is not None
    for line in claim.lines:
        assert f"{line.penalty:,.2f}" in page
        for part in line.penalty_segments:
            assert f"{part.base:,.2f} ×" in page
    assert f"{claim.uncapped.total - claim.caps.per_line.cut:,.2f}" in page


def test_an_original_is_handed_out_to_those_who_may_and_only_of_its_own_loan(
    reader: Lender, client: FlaskClient
) -> None:
    loan, other = reader.overdue()[:2]
    one = offered(history(reader, loan))[0].original
    answer = client.get(f"/loans/{LENDER}/{loan}/originals/{one.sha256}")
    assert len(answer.data) == one.size
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/loans/{LENDER}/{other}/originals/{one.sha256}").status_code == 404
    assert client_of(reader, "compliance").get(f"/loans/{LENDER}/{loan}/originals/{one.sha256}").status_code == 403


def test_whoever_looks_at_a_loan_is_on_record_before_he_sees_it(lender: Lender) -> None:
    loan = lender.overdue()[0]
    client_of(lender).get(f"/loans/{LENDER}/{loan}")
    with lender.engine.connect() as connection:
        found = connection.exec_driver_sql("select who, action, object from access order by id").fetchall()
    assert ("account:legal", "page:loan", f"loan {loan}") in [tuple(row) for row in found]
    assert ("account:legal", "case", f"{LENDER}:{loan}") in [tuple(row) for row in found]


def test_a_decision_is_recorded_under_the_account_and_moves_the_next_step(lender: Lender) -> None:
    case_id, loan = opened_case(lender)
    client, page = client_of(lender), f"/cases/{case_id}"
    assert "Decide the route." in client.get(page).text
    where = post(
        client, f"/loans/{LENDER}/{loan}/decision", page, route="ordinary", reason="no answer to three demands"
    )
    assert where == page
    decided = history(lender, loan).last("route.decided")
    assert decided is not None
    assert (decided.payload["decided_by"], decided.payload["route"]) == ("legal", "ordinary")
    assert "Build the package." in client.get(page).text
    found = TOKEN.search(client.get(page).text)
    assert found
    for bad in ({"route": "shout", "reason": "x"}, {"route": "ordinary", "reason": " "}):
        answer = client.post(f"/loans/{LENDER}/{loan}/decision", data={"csrf_token": found.group(1), **bad})
        assert answer.status_code == 400


def test_exhibits_are_moved_by_buttons_and_the_order_is_an_event_that_packages_follow(lender: Lender) -> None:
    case_id, loan = opened_case(lender)
    client, page = client_of(lender), f"/cases/{case_id}"
    before = [one.original.sha256 for one in offered(history(lender, loan))]
    post(client, f"{page}/exhibits", page, exhibit=before, move=f"down:{before[0]}")
    after = [one.original.sha256 for one in offered(history(lender, loan))]
    assert after == [before[1], before[0], *before[2:]]
    post(client, f"{page}/exhibits", page, exhibit=after)  # the same order once more
    events = lender.instance.legal.litigation.evidence.store.events_of_loan(LENDER, loan)
    assert sum(event.type == "exhibits.ordered" for event in events) == 1
    for bad in (before[1:], [*before, before[0]], [*before[1:], "0" * 64]):
        with pytest.raises(ExhibitOrderError):
            check_order(history(lender, loan), bad)


def test_a_batch_is_started_with_one_button_paused_resumed_and_cancelled(lender: Lender) -> None:
    client, loans = client_of(lender), lender.overdue()
    store = lender.instance.legal.portfolio.store
    way = store.named(LENDER, loans[:1])[0].overview.recommended
    address = f"/portfolio/proposal?institution={LENDER}&min_days=100&all=1"
    where = post(client, "/batches/new", address, institution=LENDER, way=way, all="1", min_days="100")
    assert post(client, "/batches/new", address, institution=LENDER, way=way, all="1", min_days="100") == where  # twice
    name = where.rsplit("/", 1)[1]
    batches = lender.instance.legal.batches
    assert batches.store.batch(name).state is BatchState.RUNNING
    page = client.get(where).text
    assert "nobody works on it" in page
    assert f'hx-get="{where}/progress"' in page
    assert "nobody works on it" in client.get(f"{where}/progress").text
    assert name in client.get("/home").text
    post(client, f"{where}/pause", where)
    assert batches.store.batch(name).state is BatchState.PAUSED
    assert "hx-get" not in client.get(where).text
    post(client, f"{where}/resume", where)
    post(client, f"{where}/cancel", where)
    assert batches.store.batch(name).state is BatchState.CANCELLED
    assert client.get("/batches").text.count(name) >= 1
    assert client.get(where[:-2]).status_code == 404  # a beginning of its name is another address


def test_failures_are_told_with_what_to_do_and_only_they_are_built_again(lender: Lender) -> None:
    client, loan = client_of(lender), lender.overdue()[0]
    legal = lender.instance.legal
    way = legal.portfolio.store.named(LENDER, [loan])[0].overview.recommended
    page = f"/portfolio/proposal?institution={LENDER}&loan_no={loan}"
    where = post(client, "/batches/new", page, institution=LENDER, way=way, loan_no=loan)
    name = where.rsplit("/", 1)[1]
    (item,) = legal.batches.store.items(name)
    now = legal.litigation.evidence.now()
    legal.batches.store.begin(item)
    (item,) = legal.batches.store.items(name)
    failed = replace(
        item, state=ItemState.FAILED, code="missing-fact", reason="contract.number is missing", finished_at=now
    )
    assert legal.batches.store.finish(failed)
    shown = client.get(where).text
    assert "Supply what is named, publish, then start a new batch." in shown
    assert f'href="/loans/{LENDER}/{loan}#defects"' in shown
    assert "Retry the 1 that failed" in shown
    post(client, f"{where}/retry", where)
    assert legal.batches.store.counts(name)[ItemState.WAITING] == 1


def test_nothing_is_asked_for_without_a_final_package_and_a_registered_court(lender: Lender) -> None:
    case_id, _ = opened_case(lender)
    client, page = client_of(lender), f"/cases/{case_id}"
    found = TOKEN.search(client.get(page).text)
    assert found
    form = {"csrf_token": found.group(1), "package": "0" * 64, "court": "0x" + "1" * 40, "reason": "limitation"}
    assert client.post(f"/cases/{case_id}/file", data=form).status_code == 400
    assert lender.instance.identity.approvals.newest(frozenset({LENDER})) == []
    assert not (lender.home / "outbox").exists()


@pytest.mark.parametrize(
    ("setting", "cores", "count"), [("", 8, 4), ("", 1, 1), ("0", 8, 0), ("3", 2, 3), ("many", 2, 1)]
)
def test_the_operator_says_how_many_workers_a_page_may_start(setting: str, cores: int, count: int) -> None:
    assert worker_count(setting, cores) == count

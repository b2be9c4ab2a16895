"""file > docket: ask the chain what courts answered, record it once, and show where the books differ.

Spec: docs/spec/docket.md. The event is logged before the entry is stored, both under ids that depend on the answer
only: a crash between them, or a second run at the same time, records nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evidence_service.core.trust import PinnedCourt
from evidence_service.errors import ProofDocketError
from litigation.core.docket import (
    CourtAnswer,
    Detail,
    Difference,
    DocketEntry,
    DocketKind,
    Lodging,
    answer_event,
    answer_event_id,
    kind_of,
    state_after,
)
from litigation.core.filing import NOT_LODGED, UNFINISHED, Filing
from litigation.workflow.file_package import FilingDoors, finish_lodging, house_event


@dataclass(slots=True)
class Synced:
    """What a sync found. `waiting` answers are not deep enough in the chain yet.

    `courts` says whether the courts' addresses were compared with the installed trust file.
    """

    filings: list[Filing] = field(default_factory=list)
    entries: list[DocketEntry] = field(default_factory=list)
    new: list[DocketEntry] = field(default_factory=list)
    waiting: int = 0
    courts: str = "no-trust-file"
    differences: list[Difference] = field(default_factory=list)


def sync_docket(
    doors: FilingDoors, details: Mapping[str, Detail], pinned: Sequence[PinnedCourt] | None = None
) -> Synced:
    """Bring the docket up to date. `details` are the court's reasons at hand, by digest. Safe to repeat.

    `pinned` are the courts of the installed trust file; None where there is none in force.
    """
    doors.chain.check()
    courts = [court for court in pinned or () if court.chain_id == doors.chain.chain_id]
    found = Synced(courts="no-trust-file" if pinned is None else "compared" if courts else "none-pinned")
    found.differences += _finish_begun(doors)
    filings = {filing.filing_id: filing for filing in doors.store.filings()}
    lodged = [filing for filing in filings.values() if filing.state not in UNFINISHED | NOT_LODGED]
    since = min((filing.block for filing in lodged if filing.block is not None), default=0)
    lodgings = doors.chain.lodgings(since)
    asked = {filing.filing_id for filing in lodged} | {lodging.filing_id for lodging in lodgings}
    answers = doors.chain.answers(sorted(asked), since)
    known = _by_answer(doors.store.entries())
    if any((answer.filing_id, answer.tx) not in known for answer in answers):
        # Crash here: the answers are safe on the chain and not recorded; the next sync records them.
        doors.chain.secure()
        answers = doors.chain.answers(sorted(asked), since)
    settled = doors.chain.settled_block()
    for answer in answers:
        if answer.block > settled:
            found.waiting += 1
        else:
            mine = known.get((answer.filing_id, answer.tx), [])
            entry = _take(answer, filings.get(answer.filing_id), mine, details.get(answer.detail_digest), doors, found)
            found.new += [entry] if entry else []
    found.filings, found.entries = doors.store.filings(), doors.store.entries()
    found.differences += _compare(lodged, lodgings, answers, found.entries)
    found.differences += _not_pinned(lodged, courts)
    found.differences += [
        Difference("detail-without-answer", "", f"{digest}.json: no answer to our filings names this digest")
        for digest in sorted(set(details) - {answer.detail_digest for answer in answers})
    ]
    return found


def _finish_begun(doors: FilingDoors) -> Iterator[Difference]:
    """Lodgings that were begun: ask what became of them, and finish them where the package lies in the outbox."""
    for filing in doors.store.filings():
        if filing.state not in UNFINISHED:
            continue
        reason = "its package is not in the outbox yet"
        if doors.outbox.holds(filing):
            try:
                finish_lodging(filing, doors)
                continue
            except ProofDocketError as error:
                reason = str(error)
        yield Difference(
            "filing-unfinished",
            filing.filing_id,
            f"lodging case {filing.our_reference} with {filing.court} was begun and not finished: {reason}. "
            "Run `proofdocket file` with the same package and court again",
        )


def _not_pinned(lodged: Sequence[Filing], courts: Sequence[PinnedCourt]) -> Iterator[Difference]:
    """Filings with an address that the trust file does not pin for a court of this chain; without courts none."""
    names = {court.address.lower(): court.name for court in courts}
    for filing in lodged if courts else ():
        if filing.court_address.lower() not in names:
            yield Difference(
                "court-not-pinned",
                filing.filing_id,
                f"{filing.court} was given the address {filing.court_address}, which the installed trust file pins for "
                "no court: an answer from there may be anybody's. Ask the court for its address",
            )


def _by_answer(entries: Sequence[DocketEntry]) -> dict[tuple[str, str], list[DocketEntry]]:
    """Entries by the filing and transaction that they record."""
    found: dict[tuple[str, str], list[DocketEntry]] = {}
    for entry in entries:
        found.setdefault((entry.filing_id, entry.tx), []).append(entry)
    return found


def _take(
    answer: CourtAnswer,
    filing: Filing | None,
    mine: Sequence[DocketEntry],
    detail: Detail | None,
    doors: FilingDoors,
    found: Synced,
) -> DocketEntry | None:
    """Match one answer, log it, store it; the entry, where it is a new one. `mine` are its entries so far."""
    kind = kind_of(answer, detail)
    if (difference := _unfit(answer, filing, kind)) is not None:
        found.differences.append(difference)
        return None
    assert filing is not None
    assert kind is not None
    if mine and (detail is None or any(entry.detail for entry in mine)):
        return None
    _log(filing, kind, answer, detail, doors)
    # Crash here: the event is logged, the entry is missing; the next sync finds the event by its id.
    entry_kind = DocketKind.DETAIL if mine and kind is not DocketKind.REFUSED else kind
    entry = _entry(filing, entry_kind, answer, detail, doors)
    state = None if entry_kind is DocketKind.DETAIL else state_after(entry_kind)
    return entry if doors.store.add_entry(entry, state) else None


def _unfit(answer: CourtAnswer, filing: Filing | None, kind: DocketKind | None) -> Difference | None:
    """Why an answer is not taken; None when it is."""
    place = f"in block {answer.block} (tx {answer.tx})"
    if filing is None:
        reason = f"the court {answer.court} answered {place} a filing that this database does not know"
        return Difference("answer-without-filing", answer.filing_id, reason)
    if answer.court.lower() != filing.court_address.lower():
        reason = f"{answer.court} answered {place}, but it was lodged with {filing.court_address}; not recorded"
        return Difference("answer-by-another", answer.filing_id, reason)
    if kind is None:
        reason = f"decision {answer.decision} {place} is none that this version knows; not recorded"
        return Difference("decision-unknown", answer.filing_id, reason)
    if filing.state in UNFINISHED | NOT_LODGED:
        reason = f"it was answered {place}, but our lodging of it is not finished; not recorded yet"
        return Difference("answer-before-lodging", answer.filing_id, reason)
    return None


def _log(filing: Filing, kind: DocketKind, answer: CourtAnswer, detail: Detail | None, doors: FilingDoors) -> None:
    code, payload = answer_event(filing, kind, answer, detail)
    event_id = answer_event_id(code, answer, with_detail=detail is not None)
    loan = doors.loan_of(filing.our_reference)
    event = house_event(filing, loan, event_id, code, payload, min(answer.answered_at, doors.now))
    plain = kind_of(answer, None)
    if detail is not None and plain is not None:
        before = answer_event_id(answer_event(filing, plain, answer, None)[0], answer, with_detail=False)
        if doors.journal.holds(filing.institution, before):
            event["corrects"] = before  # the answer was logged before its reasons were here
    doors.journal.write(event)


def _entry(
    filing: Filing, kind: DocketKind, answer: CourtAnswer, detail: Detail | None, doors: FilingDoors
) -> DocketEntry:
    return DocketEntry(
        id=0,
        our_reference=filing.our_reference,
        institution=filing.institution,
        court=filing.court,
        filing_id=filing.filing_id,
        kind=kind,
        detail_digest=answer.detail_digest,
        detail=detail.text if detail else "",
        case_number=detail.case_number if detail else "",
        tx=answer.tx,
        block=answer.block,
        answered_at=answer.answered_at,
        received_at=doors.now,
    )


def _compare(
    filings: Sequence[Filing],
    lodgings: Sequence[Lodging],
    answers: Sequence[CourtAnswer],
    entries: Sequence[DocketEntry],
) -> Iterator[Difference]:
    """Our books beside the chain's."""
    on_chain = {lodging.filing_id: lodging for lodging in lodgings}
    for filing in filings:
        lodging = on_chain.get(filing.filing_id)
        if lodging is None:
            reason = f"recorded as lodged in block {filing.block}, but the chain does not hold it: it lost its past"
            yield Difference("filing-not-on-chain", filing.filing_id, reason)
        elif (lodging.package_sha256, lodging.court.lower()) != (filing.package_sha256, filing.court_address.lower()):
            reason = "the chain names another package or court than this database"
            yield Difference("filing-differs", filing.filing_id, reason)
    ours = {filing.filing_id for filing in filings}
    for lodging in lodgings:
        if lodging.filing_id not in ours:
            reason = (
                f"our account lodged package {lodging.package_sha256} with {lodging.court} in block {lodging.block}, "
                "but this database has no finished filing of it; was an older backup restored?"
            )
            yield Difference("filing-unknown", lodging.filing_id, reason)
    said = {(answer.filing_id, answer.tx) for answer in answers}
    for entry in entries:
        if (entry.filing_id, entry.tx) not in said:
            reason = f"recorded as {entry.kind.value} in block {entry.block}, but the chain no longer says so"
            yield Difference("answer-not-on-chain", entry.filing_id, reason)

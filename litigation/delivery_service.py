"""Delivery to courts as others call it: register a court, file and deliver, follow, tell, and the clocks.

Spec: docs/spec/filing.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Engine

from evidence_service.errors import ProofDocketError
from evidence_service.institution_files import read_institution
from litigation.adapters.court_book import CourtBook
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.folder_outbox import read_folder
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.adapters.sql_delivery_store import SqlDeliveryStore
from litigation.core.clocks import Clock, clocks, limitation_clock
from litigation.core.court_entry import CourtEntry, CourtEntryError, kept_entry
from litigation.core.court_key import CourtKeyError, windows
from litigation.core.court_profile import CourtProfileError, profile_on
from litigation.core.docket import Detail, Difference
from litigation.core.filing import CLOSED, UNFINISHED, Filing, FilingState
from litigation.core.filing_move import move_members
from litigation.core.history import court_date
from litigation.core.plaintiff import PlaintiffData, plaintiff_from
from litigation.core.registered_court import CourtBookError, RegisteredCourt
from litigation.core.rules import Rules
from litigation.courts.export_court import ExportCourt
from litigation.courts.http_court import HttpCourt
from litigation.delivery_ports import CourtGateway, CourtNote, FilingMove
from litigation.documents.element_table import element_table
from litigation.filing_service import FilingService
from litigation.profile_book import load_profiles
from litigation.workflow.deliver import DeliveryDoors, bring, deliver, follow, known_details, tell
from litigation.workflow.export_packages import export_case

Gate = Callable[[RegisteredCourt, str], CourtGateway]


@dataclass(frozen=True, slots=True)
class FollowedAll:
    """What all courts entered since they were last asked, and where the books differ or a court was away."""

    entries: tuple[CourtEntry, ...]
    details: Mapping[str, Detail]
    differences: tuple[Difference, ...]


class DeliveryService:
    """One instance's dealings with courts over HTTP."""

    def __init__(
        self,
        filings: FilingService,
        cases: SqlCaseStore,
        engine: Engine,
        rules: Callable[[], Rules],
        gate: Gate = HttpCourt,
    ) -> None:
        self.filings = filings
        self.book = CourtBook(filings.evidence.settings)
        self._notes = SqlDeliveryStore(engine)
        self._cases, self._rules, self._gate = cases, rules, gate

    def register(self, court: RegisteredCourt, key: str) -> None:
        """Write a court into the book, once its intake says that it is this very court."""
        if court.profile:
            self.book.add(court, key)
            return
        with closing(self._gate(court, key)) as gateway:
            said = gateway.describe()
        for member in ("name", "address", "vkey"):
            if said.get(member) != getattr(court, member):
                raise CourtBookError(
                    f"the intake at {court.url} says {member} {str(said.get(member))[:100]!r}, not "
                    f"{getattr(court, member)!r}; compare with what the court told you by another way"
                )
        self.book.add(court, key)

    def deliver(self, filing: Filing) -> CourtNote | None:
        """Bring a lodged filing from the outbox to its court; None where that court takes none over HTTP."""
        court = self.book.by_address(filing.court_address)
        if court is None:
            return None
        package, letter = read_folder(filing)
        try:
            with closing(self.gateway(court)) as gateway:
                return deliver(filing, package, letter, gateway, self.doors())
        except CourtEntryError:
            renewed = self.renewed(court)
            if renewed == court:
                raise
            with closing(self.gateway(renewed)) as gateway:  # the court changed its key; the receipt is asked for
                return deliver(filing, package, letter, gateway, self.doors())

    def renewed(self, court: RegisteredCourt) -> RegisteredCourt:
        """The court with the changes of its key that it tells of, written into the book. Raises CourtKeyError."""
        if court.profile:
            return court
        with closing(self.gateway(court)) as gateway:
            said = gateway.describe().get("keys", [])
        notes = tuple(str(note) for note in said) if isinstance(said, list) else ()
        followed = windows(court.vkey, court.address, notes)
        if len(followed) <= len(court.windows):
            return court
        if followed[: len(court.windows) - 1] != court.windows[:-1]:
            raise CourtKeyError("the court tells of another history of its keys than before; ask it by another way")
        made = replace(court, changes=notes)
        self.book.add(made, self.book.key(court))
        return made

    def follow(self) -> FollowedAll:
        """Read what every court entered since last time, and bring moves that are not with their court yet."""
        doors = self.doors()
        entries: list[CourtEntry] = []
        differences: list[Difference] = []
        for court in self.book.courts():
            try:
                with closing(self.gateway(self.renewed(court))) as gateway:
                    found = follow(gateway, doors)
                    entries += found.entries
                    differences += found.differences
                    differences += self._bring_moves(gateway, doors)
            except ProofDocketError as error:
                differences.append(Difference(error.code, "", f"{court.name}: {error}"))
        return FollowedAll(tuple(entries), known_details(doors), tuple(differences))

    def deliver_waiting(self) -> list[Difference]:
        """Bring every lodged filing that its court has not received; one that cannot be brought stops no other."""
        differences = []
        for filing in self.undelivered():
            try:
                self.deliver(filing)
            except ProofDocketError as error:
                differences.append(Difference(error.code, filing.filing_id, str(error)))
        return differences

    def tell(self, reference: str, kind: str, members: Mapping[str, str]) -> FilingMove:
        """Tell a court something about a filing, named by its filing id or our reference."""
        filing = self.find(reference)
        court = self.book.find(filing.court_address)
        with closing(self.gateway(court)) as gateway:
            return tell(filing, kind, move_members(kind, members), gateway, self.doors())

    def find(self, reference: str) -> Filing:
        """A filing by its id, or the newest one of a case."""
        mine = [one for one in self.filings.store.filings() if reference in (one.filing_id, one.our_reference)]
        if not mine:
            raise CourtBookError(f"no filing here has the id or reference {reference[:80]!r}; see `docket list`")
        return mine[-1]

    def entries(self, filing: Filing) -> list[CourtEntry]:
        """What a court entered for a filing, as we keep it; each note was checked when it came."""
        return [kept_entry(note.note) for note in self._notes.notes(filing.filing_id)]

    def receipts(self) -> list[CourtNote]:
        """Every receipt that a court gave us."""
        return [note for note in self._notes.all_notes() if note.n == 1]

    def undelivered(self) -> list[Filing]:
        """Filings that are lodged with a court that takes them over HTTP, and that has not received them."""
        over_http = {court.address for court in self.book.courts()}
        received = self._notes.received()
        return [
            one
            for one in self.filings.store.filings()
            if one.state is FilingState.SUBMITTED and one.court_address in over_http and one.filing_id not in received
        ]

    def clocks(self) -> list[Clock]:
        """The clocks of every filing, the nearest first."""
        rules, now = self._rules(), self.filings.evidence.now()
        found: list[Clock] = []
        filings = self.filings.store.filings()
        newest = {one.our_reference: one.filing_id for one in filings}
        for filing in filings:
            if filing.state in UNFINISHED:
                continue
            found += clocks(filing, self.entries(filing), rules, now)
            if filing.state in CLOSED and newest[filing.our_reference] == filing.filing_id:
                limitation = limitation_clock(filing, self.filings.limitation(filing), now)
                found += [limitation] if limitation else []
        return sorted(found, key=lambda clock: (clock.last_day, clock.our_reference, clock.what))

    def _bring_moves(self, gateway: CourtGateway, doors: DeliveryDoors) -> list[Difference]:
        where = gateway.court.address
        filings = {one.filing_id: one for one in doors.filings.filings() if one.court_address == where}
        differences = []
        for move in doors.notes.moves():
            if move.state == "sent" or move.filing_id not in filings:
                continue
            try:
                bring(move, filings[move.filing_id], gateway, doors)
            except ProofDocketError as error:
                differences.append(Difference(error.code, move.filing_id, f"{move.kind}: {error}"))
        return differences

    def gateway(self, court: RegisteredCourt) -> CourtGateway:
        """The way to a court; whoever asks for it closes it, and uses it in one thread."""
        if court.profile:
            return ExportCourt(court, self.book.folder(court), partial(self._papers, court))
        return self._gate(court, self.book.key(court))

    def _papers(self, court: RegisteredCourt, package: bytes, number: int) -> dict[str, bytes]:
        """What a court that takes files is given of a package."""
        evidence = self.filings.evidence
        profiles, today = load_profiles(evidence.settings.home / "court_profiles"), court_date(evidence.now())
        if court.profile not in profiles:
            raise CourtProfileError(f"no profile is called {court.profile!r}; `proofdocket export --list` names them")
        profile = profile_on(profiles[court.profile], today)
        masters = evidence.settings.institutions_dir

        def plaintiff(institution: str) -> PlaintiffData:
            return plaintiff_from(read_institution(masters, institution) or {})

        made = export_case(package, number, profile, plaintiff, self.filings.case_of, evidence.now())
        return {one.name: one.content for one in made.files} | {
            profile.table: element_table(profile, [made.row], today)
        }

    def doors(self) -> DeliveryDoors:
        """What delivery needs from outside, at this moment."""
        evidence = self.filings.evidence
        return DeliveryDoors(
            self._notes, self.filings.store, EventJournal(evidence), self._cases.loan_of, evidence.now()
        )

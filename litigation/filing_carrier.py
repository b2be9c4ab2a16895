"""The carrier of a run: brings lodged filings to one court by several connections, and takes the receipts together.

Spec: docs/spec/filing.md, docs/spec/file.md "A folder". The threads carry bytes and write to no database; receipts are
checked, logged and kept in the thread that runs. A court that is busy is asked again when it says so; one that does not
answer, or ended our key, is left alone: the filings wait in the outbox.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event, local

from evidence_service.errors import ProofDocketError
from litigation.adapters.folder_outbox import read_folder
from litigation.core.filing import Filing
from litigation.core.registered_court import RegisteredCourt
from litigation.delivery_ports import CourtGateway
from litigation.delivery_service import DeliveryService
from litigation.errors import LitigationError
from litigation.workflow.deliver import Handed, hand_over, take_receipts

AT_ONCE = 50
"""Receipts that are taken together at the end of a run."""
TRIES = 3
AWAY_AFTER = 3
"""So many deliveries in a row without an answer, and the court counts as away for this run."""


class CourtAwayError(LitigationError):
    """The court did not answer several times in a row, or refused our key: it is left alone for this run."""

    code = "court-away"


@dataclass(frozen=True, slots=True)
class Problem:
    """A package that was not filed, or a filing that its court has not receipted."""

    package: str
    code: str
    reason: str


@dataclass(slots=True)
class FolderFiled:
    """What became of a folder. `filed` were lodged in this run, `already` before; `received` are all with a receipt.

    `awaited` were handed over to a court whose receipt comes by another way.
    """

    total: int
    filed: list[Filing] = field(default_factory=list)
    already: list[Filing] = field(default_factory=list)
    received: int = 0
    awaited: int = 0
    refused: list[Problem] = field(default_factory=list)
    waiting: list[Problem] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def done(self) -> int:
        """Packages that this run is over with."""
        return len(self.filed) + len(self.already) + len(self.refused)


class Carrier:
    """One run's way to one court; None where that court takes nothing over HTTP."""

    """Brings filings to one court by several connections; receipts are taken together, in the thread that asks."""

    def __init__(
        self, delivery: DeliveryService, court: RegisteredCourt | None, threads: ThreadPoolExecutor, found: FolderFiled
    ) -> None:
        self._delivery, self._court, self._threads, self._found = delivery, court, threads, found
        self._on_the_way: list[tuple[Filing, str, Future[Handed | None]]] = []
        self._mine = local()
        self._gateways: list[CourtGateway] = []
        self._away = Event()
        self._unanswered = 0
        self.receipts = 0 if court is None else 1
        """What one delivered filing counts: a court that takes nothing over HTTP gives no receipts."""

    def __enter__(self) -> Carrier:
        return self

    def __exit__(self, *_: object) -> None:
        self._away.set()
        for _filing, _name, future in self._on_the_way:
            with suppress(ProofDocketError):
                future.result()
        for gateway in self._gateways:
            gateway.close()

    def bring(self, filing: Filing, name: str) -> None:
        """Send a lodged filing on its way, where its court takes filings over HTTP."""
        if self._court is not None:
            self._on_the_way.append((filing, name, self._threads.submit(self._carry, filing)))

    def collect(self, most: int = 0) -> None:
        """Take the receipts that came, in one write; `most` waits for so many of those on the way."""
        if self._court is None:
            return
        ready: list[Handed] = []
        names: dict[str, str] = {}
        left = []
        for place, (filing, name, future) in enumerate(self._on_the_way):
            if place >= most and not future.done():
                left.append((filing, name, future))
                continue
            names[filing.filing_id] = name
            try:
                handed = future.result()
            except ProofDocketError as error:
                self._found.waiting.append(Problem(name, error.code, str(error)))
            else:
                if handed is None:  # it comes by another way: `docket sync` asks again
                    self._found.awaited += 1
                else:
                    ready.append(handed)
        self._on_the_way = left
        refused = take_receipts(ready, self._court, self._delivery.doors()) if ready else {}
        self._found.waiting += [Problem(names[one], error.code, str(error)) for one, error in refused.items()]
        self._found.received += len(ready) - len(refused)

    def finish(self, tell: Callable[[], None]) -> None:
        """Wait for everything that is on its way."""
        while self._on_the_way:
            self.collect(AT_ONCE)
            tell()

    def _carry(self, filing: Filing) -> Handed | None:
        """Hand one filing over. Runs in a thread: touches no database."""
        if self._away.is_set():
            raise CourtAwayError(
                f"{filing.court} did not answer or refused our key; this filing is lodged and waits in the outbox: "
                "file the folder again, or `docket sync`"
            )
        package, letter = read_folder(filing)
        try:
            note = self._asked(filing, package, letter)
        except ProofDocketError as error:
            lost = error.code == "court-unreachable"
            self._unanswered = self._unanswered + 1 if lost else 0
            if error.code == "court-key-refused" or self._unanswered >= AWAY_AFTER:
                self._away.set()
            raise
        self._unanswered = 0
        return None if note is None else Handed(filing, note, sha256(letter).hexdigest())

    def _asked(self, filing: Filing, package: bytes, letter: bytes) -> str | None:
        """Hand over, again where the court is busy and says when to come back."""
        for attempt in range(1, TRIES + 1):
            try:
                return hand_over(filing, package, letter, self._gateway())
            except ProofDocketError as error:
                pause: float | None = getattr(error, "retry_after", None)
                if pause is None or attempt == TRIES or self._away.wait(pause):
                    raise
        raise AssertionError("unreachable")

    def _gateway(self) -> CourtGateway:
        """This thread's own connection to the court."""
        assert self._court is not None
        found: CourtGateway | None = getattr(self._mine, "gateway", None)
        if found is None:
            found = self._mine.gateway = self._delivery.gateway(self._court)
            self._gateways.append(found)
        return found

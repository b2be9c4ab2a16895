"""Take in what a filer sends: the package under its digest, then the letter; answered with a signed receipt.

Spec: docs/spec/filing.md, "Intake". Both steps may be repeated: the same bytes get the same answer, others are refused.
The receipt leaves only when package, submission and receipt are durable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from evidence_service.core import container
from evidence_service.core.canonical import parse_canonical
from evidence_service.core.metadata import PackageMetadata, parse_metadata
from evidence_service.core.package import METADATA
from evidence_service.errors import ConflictError, MalformedInputError, NotFoundError, ProofDocketError
from litigation.core.court_entry import EntryKind
from litigation.core.filing import filing_id_of
from litigation.core.filing_letter import FilingLetter, LetterError, read_letter
from litigation.core.filing_move import MoveError, move_members
from litigation.court_side.core.due import DueWhat, next_due
from litigation.court_side.core.filer import Filer
from litigation.court_side.core.quota import GENERAL, NEXT_EXAMINATION, Quota, QuotaError, court_day, to_midnight
from litigation.court_side.core.submission import Submission, SubmissionState
from litigation.court_side.ports import StoredMove
from litigation.court_side.workflow.record import NO_FILING, CourtDoors, append_entry, submission_of, write_entry


class PackageMissingError(ConflictError):
    """The letter came before its package; send the package first."""

    code = "package-missing"


class FilingDiffersError(ConflictError):
    """A filing of this id was received before, with another letter."""

    code = "filing-differs"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The court's signed receipt, and whether the filing is new."""

    note: str
    created: bool


def take_package(
    digest: str, pieces: Iterable[bytes], announced: int | None, filer: Filer, doors: CourtDoors
) -> tuple[int, bool]:
    """Keep a package under its digest; (size, whether it is new). A known one is not written again.

    `announced` is the size that the sender says, None where it says none. Raises QuotaError.
    """
    known = doors.shelf.size(digest)
    counted = CountedPieces(pieces, _room_for(announced or 0, filer, doors), doors.now())
    try:
        if known is None:
            require_room(filer, doors)
            return doors.shelf.take(digest, counted), True
        sent = sha256()
        for piece in counted:
            sent.update(piece)
    finally:  # bytes that came to nothing were carried, too
        if counted.seen:
            doors.store.add_taken(filer.id, court_day(doors.now()), counted.seen)
    if sent.hexdigest() != digest:  # nobody learns by its digest alone that a package is here
        raise MalformedInputError(f"the bytes that arrived have SHA-256 {sent.hexdigest()}, not {digest}")
    return known, False


class CountedPieces:
    """Pieces of a body, counted; QuotaError as soon as they are more than the day has room for."""

    def __init__(self, pieces: Iterable[bytes], room: int, now: datetime) -> None:
        self._pieces, self._room, self._now = pieces, room, now
        self.seen = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.seen += len(piece)
            if self.seen > self._room:
                raise QuotaError("the packages of this day have reached their limit of bytes", to_midnight(self._now))
            yield piece


def quota_of(filer: Filer) -> Quota:
    """The limits that hold for a filer."""
    return filer.quota.over(GENERAL)


def require_room(filer: Filer, doors: CourtDoors) -> None:
    """Raise QuotaError while too many filings of this filer wait for their examination."""
    most = quota_of(filer).packages_waiting
    if doors.store.waiting_of(filer.id) >= most:
        raise QuotaError(f"{most} filings wait for their examination", NEXT_EXAMINATION)


def _room_for(size: int, filer: Filer, doors: CourtDoors) -> int:
    """Bytes that the day still has room for. Raises QuotaError where the announced size is more."""
    now = doors.now()
    room = max(0, quota_of(filer).bytes_per_day - doors.store.taken(filer.id, court_day(now)))
    if not room or size > room:
        raise QuotaError(f"today there is room for {room} more bytes of packages", to_midnight(now))
    return room


def take_filing(filing_id: str, raw: bytes, filer: Filer, doors: CourtDoors) -> Receipt:
    """Take a letter whose package is here; returns the receipt, the same one for the same letter."""
    letter = read_letter(raw)
    _require_ours(letter, filing_id, filer, doors)
    size = doors.shelf.size(letter.package_sha256)
    if size is None:
        raise PackageMissingError(f"package {letter.package_sha256} is not here yet; PUT it first")
    known = doors.store.submission(filing_id)
    if known is not None:  # a repeated letter costs no room and no reading
        return _repeated(known, raw, filer, doors)
    require_room(filer, doors)
    if size != letter.size:
        raise LetterError(f"filing.package.size: the package has {size} bytes")
    metadata = metadata_of(doors.shelf.read(letter.package_sha256))
    if metadata is not None and metadata.institution != filer.institution:
        # Before anything is stored: nobody takes the filing id of another institution's package.
        raise LetterError("filing.institution: the package is another institution's")
    with doors.store.unit():
        known = doors.store.submission(filing_id)
        if known is not None:
            return _repeated(known, raw, filer, doors)
        cured = _cured(letter, metadata, filer, doors)
        moment = doors.now()
        doors.store.add_submission(
            Submission(
                filing_id=filing_id,
                filer=filer.id,
                institution=filer.institution,
                our_reference=letter.our_reference,
                loan=metadata.loan if metadata else "",
                package_sha256=letter.package_sha256,
                size=size,
                letter=raw,
                state=SubmissionState.RECEIVED,
                urgent=False,
                assigned_to=cured.assigned_to if cured else "",
                case_number="",
                cures=letter.cures,
                result="",
                received_at=moment,
                moved_at=moment,
                due_on=next_due(SubmissionState.RECEIVED, moment, []).on.isoformat(),
                due_what=DueWhat.ANSWER.value,
            )
        )
        detail = {
            "package_sha256": letter.package_sha256,
            "size": size,
            "letter_sha256": letter.sha256,
            "our_reference": letter.our_reference,
            "filer": letter.filer,
        }
        entry = append_entry(filing_id, EntryKind.RECEIVED, detail, "", moment, doors)
        if cured is not None:
            write_entry(cured, EntryKind.CURED, {"filing": filing_id}, "", doors)
    return Receipt(entry.note, created=True)


def take_move(filing_id: str, digest: str, raw: bytes, filer: Filer, doors: CourtDoors) -> bool:
    """Take what a filer sends about a filing; False where it is here already. A clerk acts on it."""
    if sha256(raw).hexdigest() != digest:
        raise MalformedInputError(f"the body has SHA-256 {sha256(raw).hexdigest()}, not the one of the address")
    value = parse_canonical(raw)
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise MoveError("a move is an object of texts")
    if value.get("filing_id") != filing_id:
        raise MoveError(f"filing_id: {filing_id}")
    kind = value.get("kind", "")
    move_members(kind, {name: said for name, said in value.items() if name not in ("kind", "filing_id", "made_at")})
    with doors.store.unit():
        submission = submission_of(filing_id, doors)
        require_own(submission, filer)
        return doors.store.add_move(StoredMove(0, filing_id, digest, kind, raw, doors.now()))


def metadata_of(package: bytes) -> PackageMetadata | None:
    """What a package says of itself; None where it cannot be read (the examination says why)."""
    try:
        return parse_metadata(container.read(package)[METADATA])
    except (ProofDocketError, KeyError):
        return None


def require_own(submission: Submission, filer: Filer) -> None:
    """Another filer's filing is not there, in the very words of one that does not exist."""
    if submission.institution != filer.institution:
        raise NotFoundError(NO_FILING)


def _require_ours(letter: FilingLetter, filing_id: str, filer: Filer, doors: CourtDoors) -> None:
    court = doors.court
    if letter.filing_id != filing_id:
        raise LetterError(f"filing.filing_id: {letter.filing_id}, but the address says {filing_id}")
    if letter.institution != filer.institution:
        raise LetterError("filing.institution: this key is of another institution")
    if letter.court_address != doors.address:
        raise LetterError(f"filing.court_address: this court's address is {doors.address}")
    if court.on_chain and (letter.chain_id, letter.registry) != (court.chain_id, court.registry):
        raise LetterError(f"filing.registry: this court answers on {court.registry}, chain {court.chain_id}")
    made = filing_id_of(letter.package_sha256, letter.court_address, letter.filer, letter.chain_id, letter.registry)
    if made != filing_id:
        raise LetterError(f"filing.filing_id: package, court, filer and registry of this letter make {made}")


def _repeated(known: Submission, raw: bytes, filer: Filer, doors: CourtDoors) -> Receipt:
    if known.letter != raw or known.institution != filer.institution:
        raise FilingDiffersError("a filing of this id was received with another letter; see its receipt")
    return Receipt(doors.store.entries(known.filing_id)[0].note, created=False)


def _cured(
    letter: FilingLetter, metadata: PackageMetadata | None, filer: Filer, doors: CourtDoors
) -> Submission | None:
    """The returned filing that this one mends."""
    if not letter.cures:
        return None
    cured = doors.store.submission(letter.cures)
    if cured is None or cured.institution != filer.institution:
        raise LetterError("filing.cures: no returned filing of yours has this id")
    if cured.state is not SubmissionState.RETURNED:
        raise LetterError(f"filing.cures: that filing is {cured.state.value}, not returned")
    if cured.loan and (metadata is None or metadata.loan != cured.loan):
        raise LetterError("filing.cures: that filing is of another loan")
    return cured

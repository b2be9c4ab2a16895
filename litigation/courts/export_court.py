"""The way to a court that takes files: an export in its profile to carry over, and a folder for what it signs.

Spec: docs/spec/filing.md, "A court that takes files". `out/` holds one folder per filing: the papers as the profile
names and splits them, the element table, package, letter and moves. Somebody carries it over, and puts the notes that
the court signs into `in/`. No receipt comes at once; whoever asks again finds it there. Nothing is handed over twice.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from evidence_service.core.canonical import parse_strict
from evidence_service.errors import ProofDocketError
from litigation.core.registered_court import RegisteredCourt
from litigation.courts.http_court import CourtRefusedError
from litigation.delivery_ports import CourtEntries, CourtStanding
from litigation.errors import LitigationError
from litigation.workflow.run_batch import write_file

LETTER, PACKAGE = "filing.json", "package.zip"
MAX_NOTE = 1 << 20
Papers = Callable[[bytes, int], Mapping[str, bytes]]
"""A package and its number in the export -> the files that the profile asks for, by name."""


class CourtFolderError(LitigationError):
    """The folder of a court that takes files cannot be written or read."""

    code = "court-folder"


class ExportCourt:
    """`CourtGateway` of a court that takes files; `folder` is HOME/courts/<address>."""

    def __init__(self, court: RegisteredCourt, folder: Path, papers: Papers) -> None:
        self.court = court
        self._out, self._in, self._kept = folder / "out", folder / "in", folder / ".packages"
        self._papers = papers

    def describe(self) -> dict[str, Any]:
        """Nobody is asked: the court is who the lender wrote down."""
        return {"name": self.court.name, "address": self.court.address, "vkey": self.court.vkey}

    def standing(self, filing_id: str) -> CourtStanding | None:
        """Whether a filing was handed over, and what came back of it."""
        if self._folder(filing_id) is None:
            return None
        mine = sorted((n, note) for one, n, note in self._notes() if one == filing_id)
        return CourtStanding("handed over", tuple(note for _, note in mine))

    def put_package(self, sha256_: str, package: bytes) -> None:
        """Keep a package until its letter comes."""
        if sha256(package).hexdigest() != sha256_:
            raise CourtRefusedError("digest-differs: these are not the bytes of that digest")
        self._kept.mkdir(parents=True, exist_ok=True)
        write_file(self._kept / f"{sha256_}.zip", package)

    def put_filing(self, filing_id: str, letter: bytes) -> str | None:
        """Make the folder that is carried over; the receipt, where one lies in `in/` already."""
        folder = self._folder(filing_id)
        if folder is None:
            self._make(filing_id, letter)
        elif (folder / LETTER).read_bytes() != letter:
            raise CourtRefusedError(f"filing-differs: {folder} was made for another letter")
        found = self.standing(filing_id)
        return found.notes[0] if found is not None and found.notes else None

    def put_move(self, filing_id: str, sha256_: str, body: bytes) -> None:
        """Lay a move beside the filing, to be carried over."""
        folder = self._folder(filing_id)
        if folder is None:
            raise CourtRefusedError("not-found: no such filing was handed over")
        (folder / "moves").mkdir(exist_ok=True)
        write_file(folder / "moves" / f"{sha256_}.json", body)

    def entries(self, after: int) -> CourtEntries:
        """Everything that lies in `in/`; it is read whole each time, and what is kept already changes nothing."""
        return CourtEntries(tuple(sorted(self._notes())), after)

    def close(self) -> None:
        """Nothing is held open."""

    def _make(self, filing_id: str, letter: bytes) -> None:
        said = json.loads(letter)
        try:
            package = (self._kept / f"{said['package']['sha256']}.zip").read_bytes()
        except FileNotFoundError:
            raise CourtRefusedError("package-missing: the package comes before its letter") from None
        if said["court_address"] != self.court.address:
            raise CourtRefusedError(f"the letter is for {said['court_address']}, not for {self.court.name}")
        self._out.mkdir(parents=True, exist_ok=True)
        draft = self._out / f".{filing_id}.{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        number = 1 + sum(1 for one in self._out.iterdir() if not one.name.startswith("."))
        for name, content in {**self._papers(package, number), PACKAGE: package, LETTER: letter}.items():
            write_file(draft / name, content)
        # Crash here: a hidden draft lies beside; the next call makes its own.
        draft.rename(self._out / filing_id)
        (self._kept / f"{said['package']['sha256']}.zip").unlink(missing_ok=True)

    def _folder(self, filing_id: str) -> Path | None:
        folder = self._out / filing_id
        return folder if folder.is_dir() else None

    def _notes(self) -> list[tuple[str, int, str]]:
        """(filing id, number, note) of every file in `in/`; for one that cannot be read, its name instead of the id."""
        found = []
        for path in sorted(self._in.iterdir()) if self._in.is_dir() else ():
            if path.name.startswith(".") or not path.is_file():
                continue
            try:
                if path.stat().st_size > MAX_NOTE:
                    raise ValueError
                note = path.read_bytes().decode()
                said = parse_strict(note.split("\n")[1].encode())
                found.append((str(said["filing_id"]), int(said["n"]), note))
            except (ProofDocketError, ValueError, KeyError, IndexError, TypeError):
                found.append((f"in/{path.name}", 0, ""))
            except OSError as error:
                raise CourtFolderError(f"{path} cannot be read ({error.strerror})") from error
        return found

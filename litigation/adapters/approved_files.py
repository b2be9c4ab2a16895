"""A folder of files that count only with a second person's approval of exactly their bytes: rules, templates.

Spec: docs/spec/rules.md section 5. `FOLDER/proposed/NAME` waits; `FOLDER/NAME` is in force, and
only with an approval of exactly its bytes by a second person. A file without one stops whatever
would use it, by its name.
"""

from __future__ import annotations

import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import ClassVar
from unicodedata import normalize

from litigation.errors import LitigationError


@dataclass(frozen=True, slots=True)
class Approval:
    """Who proposed and who approved which bytes; `approved_by` is empty while the file waits."""

    file: str
    sha256: str
    institution: str
    proposed_by: str
    proposed_at: str
    approved_by: str = ""
    approved_at: str = ""

    def event_id_as(self, kind: str) -> str:
        """Id of the event of that type that says so in the log."""
        return f"{kind}:{sha256(f'{self.file}:{self.sha256}'.encode()).hexdigest()[:32]}"

    @property
    def event_id(self) -> str:
        """Id of the event where the file is a rule file."""
        return self.event_id_as("rules.approved")


class ApprovedFiles(ABC):
    """One such folder in an instance's home."""

    folder: ClassVar[str]
    ending: ClassVar[str]
    unapproved: ClassVar[type[LitigationError]]
    unchangeable: ClassVar[type[LitigationError]]

    def __init__(self, home: Path) -> None:
        self._folder = home / self.folder

    def in_force(self) -> tuple[Approval, ...]:
        """Approvals of the instance's files; refuses a file that has none."""
        return tuple(self._approved(path) for path in sorted(self._folder.glob(f"*{self.ending}")))

    def waiting(self) -> tuple[Approval, ...]:
        """Proposals that nobody approved yet."""
        return tuple(self._read(path) for path in sorted((self._folder / "proposed").glob("*.json")))

    def contents(self, without: str = "") -> dict[str, bytes]:
        """The files in force by name."""
        return {one.file: (self._folder / one.file).read_bytes() for one in self.in_force() if one.file != without}

    @abstractmethod
    def check(self, contents: Mapping[str, bytes]) -> object:
        """Read files as they would stand in force; refuses bad ones."""

    def keep_waiting(self, name: str, content: bytes, proposal: Approval) -> object:
        """Check the file as it would stand in force, and let it wait. Returns what it would make."""
        if not self._is_name(name):
            raise self.unchangeable(
                f"a {self.noun} file is named with small letters, digits, - and _, and ends in {self.ending}"
            )
        would_be = self.check(self.contents(without=name) | {name: content})
        waiting = self._folder / "proposed"
        waiting.mkdir(parents=True, exist_ok=True)
        _write(waiting / name, content)
        _write(waiting / f"{name}.json", _text(proposal))
        return would_be

    def proposed(self, name: str) -> tuple[Approval, bytes]:
        """A waiting proposal and its bytes; refuses bytes that changed since they were proposed."""
        record, file = self._folder / "proposed" / f"{name}.json", self._folder / "proposed" / name
        if not self._is_name(name) or not record.is_file() or not file.is_file():
            raise self.unchangeable(
                f"no file of that name is proposed; `proofdocket {self.folder} show` lists what waits"
            )
        proposal, content = self._read(record), file.read_bytes()
        if sha256(content).hexdigest() != proposal.sha256:
            raise self.unchangeable(f"{name} changed since it was proposed: propose it again")
        return proposal, content

    def install(self, approval: Approval, content: bytes) -> None:
        """Put approved bytes in force. The approval lies down first: in between the older file counts as unapproved."""
        _write(self._folder / f"{approval.file}.json", _text(approval))
        _write(self._folder / approval.file, content)
        (self._folder / "proposed" / approval.file).unlink(missing_ok=True)
        (self._folder / "proposed" / f"{approval.file}.json").unlink(missing_ok=True)

    @property
    def noun(self) -> str:
        """What one of the files is called."""
        return self.folder.removesuffix("s")

    def _is_name(self, name: str) -> bool:
        return re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}" + re.escape(self.ending), name) is not None

    def _approved(self, path: Path) -> Approval:
        record = path.with_name(f"{path.name}.json")
        approval = self._read(record) if record.is_file() else None
        good = approval is not None and approval.file == path.name and approval.sha256 == _digest(path)
        if not good or approval is None or not approval.approved_by or same(approval.proposed_by, approval.approved_by):
            raise self.unapproved(
                f"{self.folder}/{path.name} has no approval of these bytes by a second person: propose and approve it "
                f"(`proofdocket {self.folder}`), or take it away"
            )
        return approval

    def _read(self, path: Path) -> Approval:
        try:
            found = Approval(**json.loads(path.read_bytes()))
        except (ValueError, TypeError) as error:
            raise self.unapproved(
                f"{self.folder}/{path.name} is no approval: propose and approve the file again"
            ) from error
        if not all(isinstance(value, str) for value in asdict(found).values()):
            raise self.unapproved(f"{self.folder}/{path.name} is no approval: propose and approve the file again")
        return found


def same(one: str, other: str) -> bool:
    """Whether two names are one person's, as far as letters tell: case, width and composition do not matter."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return normalize("NFKC", normalize("NFKC", name).casefold()).strip()


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _text(approval: Approval) -> bytes:
    return json.dumps(asdict(approval), ensure_ascii=False, indent=1).encode() + b"\n"


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)

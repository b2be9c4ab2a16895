"""The rules folder of an instance: rule files of its own, proposed by one person and approved by another.

Spec: docs/spec/rules.md section 5. `rules/proposed/NAME.toml` waits; `rules/NAME.toml` is in force, and only with
an approval of exactly its bytes by a second person. A file without one stops every calculation, by its name.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from litigation.core.rules import Rules
from litigation.errors import LitigationError
from litigation.rulebook import load_rules, read_rules, shipped_files

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}\.toml")


class RulesUnapprovedError(LitigationError):
    """A rule file of the instance is in force for nobody: no second person approved exactly these bytes."""

    code: ClassVar[str] = "rules-unapproved"


class RuleChangeError(LitigationError):
    """A change of rules cannot be proposed or approved; the message says why."""

    code: ClassVar[str] = "rule-change"


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

    @property
    def event_id(self) -> str:
        """Id of the event that says so in the log."""
        return f"rules.approved:{sha256(f'{self.file}:{self.sha256}'.encode()).hexdigest()[:32]}"


class RuleFolder:
    """`rules` in the instance's home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "rules"

    def in_force(self) -> tuple[Approval, ...]:
        """Approvals of the instance's rule files; refuses a file that has none."""
        return tuple(self._approved(path) for path in sorted(self._folder.glob("*.toml")))

    def waiting(self) -> tuple[Approval, ...]:
        """Proposals that nobody approved yet."""
        return tuple(_read(path) for path in sorted((self._folder / "proposed").glob("*.json")))

    def rules(self) -> Rules:
        """The shipped rules with the approved files over them."""
        found = {one.file: (self._folder / one.file).read_bytes() for one in self.in_force()}
        return read_rules(shipped_files(), found) if found else load_rules()

    def propose(self, name: str, content: bytes, proposal: Approval) -> Rules:
        """Check the file as it would stand in force, and let it wait. Returns the rules that it would make."""
        if not _NAME.fullmatch(name):
            raise RuleChangeError("a rule file is named with small letters, digits, - and _, and ends in .toml")
        others = {one.file: (self._folder / one.file).read_bytes() for one in self.in_force() if one.file != name}
        would_be = read_rules(shipped_files(), others | {name: content})
        waiting = self._folder / "proposed"
        waiting.mkdir(parents=True, exist_ok=True)
        _write(waiting / name, content)
        _write(waiting / f"{name}.json", _text(proposal))
        return would_be

    def proposed(self, name: str) -> tuple[Approval, bytes]:
        """A waiting proposal and its bytes; refuses bytes that changed since they were proposed."""
        record, file = self._folder / "proposed" / f"{name}.json", self._folder / "proposed" / name
        if not _NAME.fullmatch(name) or not record.is_file() or not file.is_file():
            raise RuleChangeError("no file of that name is proposed; `proofdocket rules show` lists what waits")
        proposal, content = _read(record), file.read_bytes()
        if sha256(content).hexdigest() != proposal.sha256:
            raise RuleChangeError(f"{name} changed since it was proposed: propose it again")
        return proposal, content

    def install(self, approval: Approval, content: bytes) -> None:
        """Put approved bytes in force. The approval lies down first: in between the older file counts as unapproved."""
        _write(self._folder / f"{approval.file}.json", _text(approval))
        _write(self._folder / approval.file, content)
        (self._folder / "proposed" / approval.file).unlink(missing_ok=True)
        (self._folder / "proposed" / f"{approval.file}.json").unlink(missing_ok=True)

    def _approved(self, path: Path) -> Approval:
        record = path.with_name(f"{path.name}.json")
        approval = _read(record) if record.is_file() else None
        good = approval is not None and approval.file == path.name and approval.sha256 == _digest(path)
        if not good or approval is None or not approval.approved_by or same(approval.proposed_by, approval.approved_by):
            raise RulesUnapprovedError(
                f"rules/{path.name} has no approval of these bytes by a second person: propose and approve it "
                "(`proofdocket rules`), or take it away"
            )
        return approval


def same(one: str, other: str) -> bool:
    """Whether two names are one person's, as far as letters tell."""
    return one.strip().casefold() == other.strip().casefold()


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _text(approval: Approval) -> bytes:
    return json.dumps(asdict(approval), ensure_ascii=False, indent=1).encode() + b"\n"


def _read(path: Path) -> Approval:
    try:
        body = json.loads(path.read_bytes())
        found = Approval(**body)
    except (ValueError, TypeError) as error:
        raise RulesUnapprovedError(f"rules/{path.name} is no approval: propose and approve the file again") from error
    if not all(isinstance(value, str) for value in asdict(found).values()):
        raise RulesUnapprovedError(f"rules/{path.name} is no approval: propose and approve the file again")
    return found


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)

"""C2SP tlog-policy: which logs, which witnesses, and which of them must have cosigned a checkpoint.

Spec: docs/spec/witness.md (Policy), https://c2sp.org/tlog-policy. Read strictly; octets that are not UTF-8 are refused,
which the specification leaves open.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from evidence_service.core.cosignature import Cosignature, cosignatures_by, is_cosigner
from evidence_service.core.note import ED25519, ML_DSA_44, NoteError, SignedNote, VerifierKey, parse_vkey
from evidence_service.errors import MalformedInputError

NONE = "none"
MAX_POLICY = 1 << 20
MAX_LINES = 1024
NUMBER = re.compile(r"[1-9][0-9]{0,3}\Z")


class PolicyError(MalformedInputError):
    """A witness policy does not follow tlog-policy; the message names the line."""

    code = "policy-malformed"


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log whose checkpoints the policy takes. `url` may be empty."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness by the name it has in this policy. `url` is its submission prefix, or empty."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """A group witnesses a checkpoint when `threshold` of its members (witnesses or groups) do."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A witness policy. `quorum` names a witness or a group, or is `none`."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str

    def satisfied(self, cosigned: Collection[str]) -> bool:
        """Whether the quorum holds when exactly these witnesses (by their names here) cosigned."""
        if self.quorum == NONE:
            return True
        known = {witness.name for witness in self.witnesses}
        standing = {name: name in cosigned for name in known}
        for group in self.groups:  # a group refers only to what was defined before it
            standing[group.name] = sum(standing[member] for member in group.members) >= group.threshold
        return standing[self.quorum]


def witnesses_of(policy: Policy, note: SignedNote) -> dict[str, Cosignature]:
    """The witnesses of a policy that cosigned a note with a time, by their names there: the oldest of each.

    Raises CosignatureError where a line by one of them does not hold for this checkpoint.
    """
    found = {}
    for witness in policy.witnesses:
        timed = [one for one in cosignatures_by(note, witness.key) if one.at is not None]
        if timed:
            found[witness.name] = timed[0]
    return found


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises PolicyError that names the line."""
    if len(text.encode("utf-8", "replace")) > MAX_POLICY or text.count("\n") > MAX_LINES:
        raise PolicyError("the policy is larger than a policy can sensibly be")
    if text and not text.endswith("\n"):
        raise PolicyError("the last line of the policy does not end in a newline")
    reader = _Reader()
    for number, line in enumerate(text.split("\n")[:-1], 1):
        if any((char < " " and char != "\t") or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in line):
            raise PolicyError(f"line {number}: a control character")
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            reader.take(words, f"line {number}")
    if reader.quorum is None:
        raise PolicyError("the policy has no quorum line")
    return Policy(tuple(reader.logs), tuple(reader.witnesses), tuple(reader.groups), reader.quorum)


def policy_text(policy: Policy) -> str:
    """Write a policy: logs, witnesses, groups, quorum, one a line."""
    lines = [f"log {_tail(log.key, log.url)}" for log in policy.logs]
    lines += [f"witness {one.name} {_tail(one.key, one.url)}" for one in policy.witnesses]
    lines += [f"group {group.name} {_threshold(group)} {' '.join(group.members)}" for group in policy.groups]
    text = "\n".join([*lines, f"quorum {policy.quorum}"]) + "\n"
    if parse_policy(text) != policy:
        raise PolicyError("the policy cannot be written so that it reads the same")
    return text


class _Reader:
    """What was read so far; each line may refer only to lines before it."""

    def __init__(self) -> None:
        self.logs: list[PolicyLog] = []
        self.witnesses: list[PolicyWitness] = []
        self.groups: list[PolicyGroup] = []
        self.quorum: str | None = None
        self._members: set[str] = set()

    def take(self, words: list[str], place: str) -> None:
        kinds = {"log": self._log, "witness": self._witness, "group": self._group, "quorum": self._quorum}
        if words[0] not in kinds:
            raise PolicyError(f"{place}: begins with neither log, witness, group nor quorum")
        kinds[words[0]](words[1:], place)

    def _log(self, words: list[str], place: str) -> None:
        if len(words) not in (1, 2):
            raise PolicyError(f"{place}: log <vkey> [<url>]")
        key = _key(words[0], place)
        if key.algorithm not in (ED25519, ML_DSA_44):
            raise PolicyError(f"{place}: a log's key is of kind 1 (Ed25519) or 6 (ML-DSA-44)")
        if any(log.key.public_key == key.public_key for log in self.logs):
            raise PolicyError(f"{place}: this log is listed twice")
        self.logs.append(PolicyLog(key, *words[1:]))

    def _witness(self, words: list[str], place: str) -> None:
        if len(words) not in (2, 3):
            raise PolicyError(f"{place}: witness <name> <vkey> [<url>]")
        self._new_name(words[0], place)
        key = _key(words[1], place)
        if not is_cosigner(key):
            raise PolicyError(f"{place}: a witness's key is of kind 4 (Ed25519 cosignature) or 6 (ML-DSA-44)")
        if any(one.key.public_key == key.public_key for one in self.witnesses):
            raise PolicyError(f"{place}: this witness is listed twice")
        self.witnesses.append(PolicyWitness(words[0], key, *words[2:]))

    def _group(self, words: list[str], place: str) -> None:
        if len(words) < 3:
            raise PolicyError(f"{place}: group <name> all|any|<k> <name>...")
        name, how, members = words[0], words[1], words[2:]
        self._new_name(name, place)
        threshold = {"all": len(members), "any": 1}.get(how, int(how) if NUMBER.match(how) else 0)
        if not 1 <= threshold <= len(members):
            raise PolicyError(f"{place}: all, any, or a number from 1 to the number of members")
        for member in members:
            if member not in self._names():
                raise PolicyError(f"{place}: {member} is not defined above")
            if member in self._members:
                raise PolicyError(f"{place}: {member} is a member already; a name is a member once")
            self._members.add(member)
        self.groups.append(PolicyGroup(name, threshold, tuple(members)))

    def _quorum(self, words: list[str], place: str) -> None:
        if len(words) != 1:
            raise PolicyError(f"{place}: quorum <name>")
        if self.quorum is not None:
            raise PolicyError(f"{place}: a second quorum line")
        if words[0] != NONE and words[0] not in self._names():
            raise PolicyError(f"{place}: {words[0]} is not defined above")
        self.quorum = words[0]

    def _names(self) -> Iterator[str]:
        yield from (one.name for one in self.witnesses)
        yield from (group.name for group in self.groups)

    def _new_name(self, name: str, place: str) -> None:
        if name == NONE or name in self._names():
            raise PolicyError(f"{place}: the name {name} is taken")


def _key(text: str, place: str) -> VerifierKey:
    try:
        return parse_vkey(text)
    except NoteError as error:
        raise PolicyError(f"{place}: {error}") from None


def _tail(key: VerifierKey, url: str) -> str:
    return f"{key} {url}" if url else str(key)


def _threshold(group: PolicyGroup) -> str:
    if group.threshold == len(group.members):
        return "all"
    return "any" if group.threshold == 1 else str(group.threshold)

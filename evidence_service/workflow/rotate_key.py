"""rotate the key of a log: the old one closes what it signed, the new one goes on; both stay known with their windows.

Spec: docs/spec/trust.md (Rotation of a log's key). Each step looks first whether it is done, so the same command
completes what was cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from evidence_service.core.event import format_instant
from evidence_service.core.key_history import KeyChange
from evidence_service.errors import EvidenceError
from evidence_service.ports import LogRecord
from evidence_service.ports.log_keys import LogKeyStore
from evidence_service.workflow.privacy import checked_reason

LOAN = "proofdocket:log-keys"  # an event needs a loan; keys belong to none
KEY_ROTATED = "key.rotated"
SAME_WITHIN = timedelta(hours=1)
"""The same reason within this time asks for the same change once more, not for another one."""


class KeyChangeError(EvidenceError):
    """A change of a log's key cannot begin or go on like this."""

    code = "key-change-refused"


class KeyPair(Protocol):
    """The public sides of a log's two keys."""

    @property
    def vkey(self) -> str:
        """C2SP verifier key of the Ed25519 key."""
        ...

    @property
    def mldsa_vkey(self) -> str:
        """C2SP verifier key of the ML-DSA-44 key."""
        ...


@dataclass(frozen=True, slots=True)
class RotationDoors:
    """What a change of keys needs from outside.

    `make_pair` makes or reads the key files of a number; `close` publishes and, where the log is anchored, anchors;
    `publish` signs what is new; `succeed` lets the contract continue the log: True when it does, False when others
    must sign first.
    """

    store: LogKeyStore
    make_pair: Callable[[int], KeyPair]
    submit: Callable[[Sequence[Mapping[str, Any]]], object]
    close: Callable[[], None]
    publish: Callable[[], None]
    succeed: Callable[[], bool]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Rotated:
    """A change of keys as far as it came."""

    change: KeyChange
    last_size: int
    completed: bool


def rotate_key(log: LogRecord, reason: str, stolen_since: datetime | None, doors: RotationDoors) -> Rotated:
    """Give a log new keys, or complete the change that was cut off. Safe to repeat until it is completed."""
    change = doors.store.newest(log.institution)
    if change is not None and change.completed and change.size is not None and _is_the_same(change, reason, doors):
        return Rotated(change, change.size, completed=True)  # done, and whoever asked was not told
    if change is None or change.completed:
        change = _begin(log, reason, stolen_since, doors)
    # Crash here: the new keys lie in their files and are named in the intent; nothing is signed with them.
    doors.submit([_event(log, change)])
    # Crash here: logged; its id is drawn from the new key, so once more is a duplicate.
    if change.size is None and change.stolen_since is None:
        doors.close()
        # Crash here: closed and perhaps anchored under the old key; closing again changes nothing.
    size = doors.store.switch(log.institution, change.number, doors.now())
    # Crash here: the new key signs; the contract still knows the old one, and `anchor` says so.
    if change.stolen_since is not None:
        doors.publish()
    completed = doors.succeed()
    # Crash here: the contract continues the log; asked again it says so.
    if completed:
        doors.store.complete(log.institution, change.number, doors.now())
    return Rotated(change, size, completed)


def _is_the_same(change: KeyChange, reason: str, doors: RotationDoors) -> bool:
    return change.reason == checked_reason(reason) and doors.now() - change.begun_at < SAME_WITHIN


def _begin(log: LogRecord, reason: str, stolen_since: datetime | None, doors: RotationDoors) -> KeyChange:
    said = checked_reason(reason)
    now = doors.now()
    if stolen_since is not None and stolen_since > now:
        raise KeyChangeError("a key cannot be stolen in the future: give the instant since when it may be abused")
    number = doors.store.keys(log.institution)[-1].number + 1
    pair = doors.make_pair(number)
    change = KeyChange(number, pair.vkey, pair.mldsa_vkey, now, said, stolen_since)
    doors.store.begin(log.institution, change)
    return change


def _event(log: LogRecord, change: KeyChange) -> dict[str, Any]:
    payload: dict[str, Any] = {"number": change.number, "new_key": change.vkey, "reason": change.reason}
    payload["new_second_key"] = change.mldsa_vkey
    if change.stolen_since is not None:
        payload["stolen_since"] = format_instant(change.stolen_since)
    return {
        "id": f"{KEY_ROTATED}:{sha256(change.vkey.encode()).hexdigest()[:32]}",
        "institution": log.institution,
        "loan": LOAN,
        "type": KEY_ROTATED,
        "type_version": 1,
        "occurred_at": format_instant(change.begun_at),
        "actor": {"role": "operator", "org": log.institution},
        "source": {"system": "proofdocket", "mechanism": "automatic", "version": "0.1.0"},
        "payload": payload,
    }

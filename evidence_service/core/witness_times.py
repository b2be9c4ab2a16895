"""What pinned witnesses say of a checkpoint: who cosigned it, and when.

Spec: docs/spec/verify.md (7), docs/spec/witness.md. One witness with two keys is one witness; the log's keys are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core.checkpoint import parse_checkpoint
from evidence_service.core.checks.subject import Subject
from evidence_service.core.cosignature import CosignatureError, cosignatures_by
from evidence_service.core.independent_time import TimeSource, TimeStatement
from evidence_service.core.key_time import in_window
from evidence_service.core.note import SignedNote, parse_note
from evidence_service.core.trust import PinnedKey, TrustFile


@dataclass(frozen=True, slots=True)
class WitnessSeen:
    """One cosignature of a pinned witness inside its key's window: by whom, under which key, when."""

    name: str
    pin: PinnedKey
    at: datetime


def witness_name(pin: PinnedKey) -> str:
    """What a witness is called and counted as: its name in the trust file, else the name of its key."""
    return pin.name or pin.key.name


def pinned_witnesses(trust: TrustFile, origin: str) -> list[PinnedKey]:
    """The pinned witness keys, without keys that the log itself holds: nobody witnesses himself."""
    log = trust.log(origin)
    own = {pin.key.public_key for pin in (*log.keys, *log.package_keys)} if log else set()
    return [pin for pin in trust.witnesses if pin.key.public_key not in own]


def seen_by(note: SignedNote, trust: TrustFile) -> Iterator[WitnessSeen]:
    """The cosignatures of pinned witnesses on a note that hold and lie in their keys' windows."""
    for pin in pinned_witnesses(trust, parse_checkpoint(note.text).origin):
        try:
            made = cosignatures_by(note, pin.key)
        except CosignatureError:  # check (7) says so; a false one proves nothing
            continue
        for one in made:
            if one.at is not None and in_window(pin, one.at):
                yield WitnessSeen(witness_name(pin), pin, one.at)


def witness_times(subject: Subject, trust: TrustFile) -> list[TimeStatement]:
    """What pinned witnesses say of the time of the checkpoint under which the subject stands."""
    note = next(iter(subject.checkpoints()), None)
    if note is None:
        return []
    return [
        TimeStatement(one.at, TimeSource.WITNESS, one.name, revoked_at=one.pin.revoked_at)
        for one in seen_by(parse_note(note.encode()), trust)
        if one.pin.revoked_at is None or one.at < one.pin.revoked_at
    ]

"""Signatures of source systems and links between events: what ingest takes, refuses and commits."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from evidence_service.adapters.sql_source_keys import SqlSourceKeys
from evidence_service.core.event import EventError, event_from
from evidence_service.core.note import ED25519, VerifierKey
from evidence_service.core.source_signature import (
    NO_RULES,
    SourceKeyError,
    key_name,
    parse_source_vkey,
    signed_bytes,
    verifies,
)
from evidence_service.workflow.ingest import Receipt, ingest_batch
from evidence_service.workflow.prove import disclosures_of
from tests.evidence_service.adapters.logs import make_log, open_store
from tests.evidence_service.examples import INSTITUTION, NOW, Randomness, event_value

BORN = NOW - timedelta(days=30)


@dataclass(frozen=True)
class System:
    """A source system with its key."""

    key: Ed25519PrivateKey
    name: str = "core-banking"

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, ED25519, self.key.public_key().public_bytes_raw())

    def sign(self, **changes: Any) -> dict[str, Any]:
        value = event_value(**changes)
        signature = self.key.sign(signed_bytes(value))
        return value | {
            "source_signature": {"key": key_name(self.verifier), "signature": base64.b64encode(signature).decode()}
        }


SYSTEM = System(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = System(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))


@dataclass
class Room:
    engine: Engine

    @property
    def keys(self) -> SqlSourceKeys:
        return SqlSourceKeys(self.engine)

    def take(self, *values: dict[str, Any], now: datetime = NOW) -> list[Receipt]:
        return ingest_batch(
            open_store(self.engine),
            INSTITUTION,
            [event_from(value) for value in values],
            now=now,
            randomness=Randomness(b"x"),
            rules=self.keys.rules(INSTITUTION),
        )

    def codes(self, *values: dict[str, Any], now: datetime = NOW) -> list[str]:
        return [receipt.code or receipt.state for receipt in self.take(*values, now=now)]


@pytest.fixture
def room(engine: Engine) -> Room:
    make_log(open_store(engine))
    return Room(engine)


def test_a_signed_event_of_a_registered_key_is_taken_and_its_signature_is_committed(room: Room) -> None:
    room.keys.add(INSTITUTION, str(SYSTEM.verifier), BORN)
    assert room.codes(SYSTEM.sign(id="E-1")) == ["accepted"]
    fields = {one.name: one.value for one in disclosures_of(open_store(room.engine).event("E-1"))}
    assert fields["source_signature.key"] == key_name(SYSTEM.verifier)
    assert "source_signature.signature" in fields


def test_an_unknown_key_is_refused_also_where_none_is_registered(room: Room) -> None:
    assert room.codes(SYSTEM.sign(id="E-1")) == ["source-signature"]
    room.keys.add(INSTITUTION, str(OTHER.verifier), BORN)
    assert room.codes(SYSTEM.sign(id="E-1")) == ["source-signature"]


def test_a_key_of_another_institution_counts_for_nothing(room: Room) -> None:
    room.keys.add("other-cf", str(SYSTEM.verifier), BORN)
    assert room.codes(SYSTEM.sign(id="E-1")) == ["source-signature"]


@pytest.mark.parametrize(
    "change",
    [
        {"loan": "LN-X"},
        {"occurred_at": "2020-01-01T00:00:00Z"},
        {"corroborates": ["E-0"]},
        {"environment": {"tz": "Asia/Shanghai"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_signed_event_that_was_changed_on_its_way_is_refused(room: Room, change: dict[str, Any]) -> None:
    room.keys.add(INSTITUTION, str(SYSTEM.verifier), BORN)
    room.take(event_value(id="E-0"))
    assert room.codes(SYSTEM.sign(id="E-1") | change) == ["source-signature"]


def test_the_signature_of_another_key_under_this_name_is_refused(room: Room) -> None:
    room.keys.add(INSTITUTION, str(SYSTEM.verifier), BORN)
    value = SYSTEM.sign(id="E-1")
    value["source_signature"]["signature"] = OTHER.sign(id="E-1")["source_signature"]["signature"]
    assert room.codes(value) == ["source-signature"]


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64!", "QQ" * 44])
def test_a_signature_out_of_form_is_refused(room: Room, signature: str) -> None:
    room.keys.add(INSTITUTION, str(SYSTEM.verifier), BORN)
    value = SYSTEM.sign(id="E-1")
    value["source_signature"]["signature"] = signature
    if not signature:
        with pytest.raises(EventError, match=r"source_signature\.signature"):
            event_from(value)
        return
    assert room.codes(value) == ["source-signature"]


def test_unsigned_events_are_taken_unless_the_institution_requires_signatures(room: Room) -> None:
    room.keys.add(INSTITUTION, str(SYSTEM.verifier), BORN)
    assert room.codes(event_value(id="E-1")) == ["accepted"]
    room.keys.require(INSTITUTION, required=True, at=NOW)
    assert room.codes(event_value(id="E-2"), SYSTEM.sign(id="E-3")) == ["source-signature", "accepted"]
    room.keys.require(INSTITUTION, required=False, at=NOW)
    assert room.codes(event_value(id="E-2")) == ["accepted"]


def test_a_key_counts_between_its_dates_by_the_time_of_capture(room: Room) -> None:
    room.keys.add(INSTITUTION, str(SYSTEM.verifier), NOW, NOW + timedelta(days=2))
    assert room.codes(SYSTEM.sign(id="E-1"), now=NOW - timedelta(seconds=1)) == ["source-signature"]
    assert room.codes(SYSTEM.sign(id="E-1"), now=NOW) == ["accepted"]
    assert room.codes(SYSTEM.sign(id="E-2"), now=NOW + timedelta(days=2)) == ["source-signature"]


def test_a_revoked_key_signs_nothing_more_and_what_it_signed_stays(room: Room) -> None:
    key = room.keys.add(INSTITUTION, str(SYSTEM.verifier), BORN)
    first = SYSTEM.sign(id="E-1")
    assert room.codes(first) == ["accepted"]
    room.keys.revoke(INSTITUTION, key.key_name, NOW + timedelta(hours=1), "lost")
    late = NOW + timedelta(hours=1)
    assert room.codes(SYSTEM.sign(id="E-2"), first, now=late) == ["source-signature", "duplicate"]
    rules = room.keys.rules(INSTITUTION)
    assert rules.keys[key.key_name].reason == "lost"
    with pytest.raises(SourceKeyError, match="registered already"):
        room.keys.add(INSTITUTION, str(SYSTEM.verifier), late)
    with pytest.raises(SourceKeyError, match="not a key in force"):
        room.keys.revoke(INSTITUTION, key.key_name, late, "again")


def test_only_ed25519_verifier_keys_are_registered() -> None:
    with pytest.raises(SourceKeyError, match="C2SP"):
        parse_source_vkey("no key")
    with pytest.raises(SourceKeyError, match="Ed25519"):
        parse_source_vkey(str(VerifierKey("x", 6, bytes(1312))))


def test_a_stranger_verifies_the_signature_over_the_canonical_event() -> None:
    value = SYSTEM.sign(id="E-1")
    assert verifies(value, str(SYSTEM.verifier))
    assert not verifies(value | {"loan": "LN-X"}, str(SYSTEM.verifier))
    assert not verifies(value, str(OTHER.verifier))
    assert NO_RULES.keys == {}


# corroboration


def test_links_to_events_of_the_log_or_earlier_in_the_batch_are_taken_and_committed(room: Room) -> None:
    assert room.codes(event_value(id="E-0")) == ["accepted"]
    codes = room.codes(event_value(id="E-1"), event_value(id="E-2", loan="LN-9", corroborates=["E-0", "E-1"]))
    assert codes == ["accepted", "accepted"]
    fields = {one.name: one.value for one in disclosures_of(open_store(room.engine).event("E-2"))}
    assert (fields["corroborates.0"], fields["corroborates.1"]) == ("E-0", "E-1")


def test_a_link_to_nothing_is_refused_and_nothing_else_of_the_batch(room: Room) -> None:
    codes = room.codes(event_value(id="E-1", corroborates=["E-404"]), event_value(id="E-2"))
    assert codes == ["link-unknown", "accepted"]


def test_a_link_to_an_event_that_was_itself_refused_is_refused(room: Room) -> None:
    bad = event_value(id="E-1", occurred_at="2099-01-01T00:00:00Z")
    assert room.codes(bad, event_value(id="E-2", corroborates=["E-1"])) == ["event-malformed", "link-unknown"]


@pytest.mark.parametrize(
    "links", [[], "E-0", ["E-0", "E-0"], ["E-1"], ["no such id!"], [7], [f"E-{number}" for number in range(33)]]
)
def test_links_out_of_form_are_refused(links: Any) -> None:
    with pytest.raises(EventError, match="corroborates"):
        event_from(event_value(id="E-1", corroborates=links))


def test_a_signature_with_other_members_is_refused() -> None:
    with pytest.raises(EventError, match="source_signature"):
        event_from(event_value(source_signature={"key": "x", "signature": "y", "alg": "none"}))
    with pytest.raises(EventError, match="source_signature"):
        event_from(event_value(source_signature="x"))

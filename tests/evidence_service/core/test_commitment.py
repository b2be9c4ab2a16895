"""Commitments: RFC 9901's own disclosure, round trips, salts that differ, and nothing that a digest would give away."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core.catalogue import CATALOGUE, Kind
from evidence_service.core.commitment import (
    Disclosure,
    DisclosureError,
    base64url,
    commit,
    digests,
    disclosure_digest,
    parse_disclosure,
)
from evidence_service.core.event import Event
from evidence_service.core.event_parts import flatten
from evidence_service.core.leaf import leaf_bytes, parse_leaf
from evidence_service.core.sealing import SECRET_BYTES
from evidence_service.errors import MalformedInputError
from tests.evidence_service.examples import NOW, attachment, event, payload_of
from tests.vectors import disclosures as known

SECRETS = bytes(range(64))
REFERENCE = "abcdefghijklmnopqrstuv"


def full_event(code: str) -> Event:
    return event(
        code,
        payload=payload_of(CATALOGUE[code], full=True),
        attachments=[attachment(b"one"), attachment(b"two", "page.png")],
        corrects="E-0",
        subjects=["borrower:B0001", "guarantor:G0001"],  # two parts, two secrets
        environment={"zone": "east", "ip": "10.0.0.1"},
    )


def decoded(encoded: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))


def test_the_digest_of_the_disclosure_that_rfc_9901_prints_is_the_one_it_prints() -> None:
    assert disclosure_digest(known.WITH_SPACES) == known.WITH_SPACES_DIGEST
    assert decoded(known.WITH_SPACES) == decoded(known.WITHOUT_SPACES) == [known.SALT, known.NAME, known.VALUE]


def test_of_its_two_encodings_only_the_canonical_one_is_ours() -> None:
    assert parse_disclosure(known.WITHOUT_SPACES) == Disclosure(known.NAME, known.VALUE, known.WITHOUT_SPACES)
    with pytest.raises(MalformedInputError, match="canonical"):
        parse_disclosure(known.WITH_SPACES)


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_field_of_every_type_is_committed_once_and_opens_its_digest_in_the_leaf(code: str) -> None:
    whole = full_event(code)
    opened = commit(whole, SECRETS)
    leaf = parse_leaf(leaf_bytes(whole, REFERENCE, 0, "", NOW, digests(opened)))
    assert {one.name: one.value for one in opened} == expected_fields(whole.fields)
    assert len(opened) == len({one.name for one in opened}) == len(leaf.digests)
    for one in opened:
        assert one.digest in leaf.digests
        assert parse_disclosure(one.encoded) == one


def expected_fields(value: Mapping[str, Any]) -> dict[str, Any]:
    """Every member of an event but those that the leaf says openly, by its dotted path."""
    fields: dict[str, Any] = {}

    def walk(path: str, item: Any) -> None:
        fields[path] = item

    for name in ("id", "loan", "corrects"):
        walk(name, value[name])
    for group in ("actor", "source", "environment", "payload"):
        for name, item in value[group].items():
            walk(f"{group}.{name}", item)
    for index, item in enumerate(value["subjects"]):
        walk(f"subjects.{index}", item)
    for index, one in enumerate(value["attachments"]):
        for name, item in one.items():
            walk(f"attachments.{index}.{name}", item)
    return fields


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_disclosure_has_the_form_of_rfc_9901_4_2_1(code: str) -> None:
    for one in commit(full_event(code), SECRETS):
        assert "=" not in one.encoded
        assert "+" not in one.encoded
        assert "/" not in one.encoded
        salt, name, value = decoded(one.encoded)
        assert (name, value) == (one.name, one.value)
        assert len(base64.urlsafe_b64decode(salt + "==")) == 16  # RFC 9901 4.2.1 recommends 128 bits
        assert one.digest == base64url(sha256(one.encoded.encode()).digest())


def test_every_field_has_a_salt_of_its_own_and_equal_values_have_different_digests() -> None:
    opened = commit(full_event("application.submitted"), SECRETS)
    salts = [decoded(one.encoded)[0] for one in opened]
    assert len(set(salts)) == len(salts)
    same = [one for one in opened if one.value == "王小明"]
    assert len(same) > 2
    assert len({one.digest for one in same}) == len(same)


def test_the_same_event_under_another_secret_shares_no_digest() -> None:
    whole = full_event("loan.disbursed")
    first, second = (digests(commit(whole, secret)) for secret in (SECRETS, bytes(64)))
    assert not set(first) & set(second)
    assert digests(commit(whole, SECRETS)) == first


def test_digests_are_sorted_so_that_their_order_tells_nothing() -> None:
    found = digests(commit(full_event("loan.disbursed"), SECRETS))
    assert found == sorted(found)


@pytest.mark.parametrize("secret", [b"", bytes(16), bytes(31), bytes(33)])
def test_a_secret_of_another_length_is_refused(secret: bytes) -> None:
    with pytest.raises(DisclosureError, match="32 bytes"):
        commit(event(), secret)


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_leaf_holds_no_value_of_the_event_but_institution_type_and_time(code: str) -> None:
    marks = {Kind.TEXT: "PERSONAL-TEXT", Kind.TEXTS: ["PERSONAL-ONE", "PERSONAL-TWO"], Kind.MAP: {"k": "PERSONAL-MAP"}}
    marked: dict[str, Any] = {
        field.name: marks.get(field.kind, payload_of(CATALOGUE[code], full=True)[field.name])
        for field in CATALOGUE[code].fields
    }
    whole = event(
        code,
        id="PERSONAL-ID",
        loan="PERSONAL-LOAN",
        payload=marked,
        actor={"id": "PERSONAL-ACTOR", "role": "PERSONAL-ROLE", "org": "PERSONAL-ORG"},
        source={"system": "PERSONAL-SYSTEM", "mechanism": "manual", "version": "PERSONAL-VERSION"},
        subjects=["PERSONAL-SUBJECT", "PERSONAL-OTHER"],
        environment={"zone": "PERSONAL-ZONE"},
        attachments=[attachment(b"x", "PERSONAL-FILE.pdf")],
        corrects="PERSONAL-E-0",
    )
    leaf = leaf_bytes(whole, REFERENCE, 0, "", NOW, digests(commit(whole, SECRETS)))
    assert b"PERSONAL" not in leaf
    assert SECRETS[:32] not in leaf
    readable = {name: value for name, value in json.loads(leaf).items() if name != "sd"}
    assert set(readable) == {
        *("captured_at", "institution", "kind", "loan", "occurred_at", "prev", "sd_alg", "seq", "type"),
        *("type_version", "v"),
    }
    for one in commit(whole, SECRETS):
        if isinstance(one.value, str) and len(one.value) > 6:
            assert one.value.encode() not in leaf


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Mn", "Mc", "Lo", "Cn"]), max_size=30)


@given(TEXTS, st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES))
def test_any_text_is_disclosed_as_it_stands(text: str, secret: bytes) -> None:
    value = unicodedata.normalize("NFC", text)
    whole = event("interview.held", payload={"mode": value, "result": value})
    opened = {one.name: one for one in commit(whole, secret)}
    assert parse_disclosure(opened["payload.mode"].encoded).value == value
    assert opened["payload.mode"].digest != opened["payload.result"].digest


@given(st.data())
@settings(max_examples=300)
def test_any_flipped_bit_of_a_disclosure_no_longer_opens_its_commitment(data: st.DataObject) -> None:
    opened = commit(full_event("contract.signed"), SECRETS)
    held = set(digests(opened))
    raw = bytearray(data.draw(st.sampled_from(opened)).encoded.encode())
    at, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    raw[at] ^= 1 << bit
    try:
        other = parse_disclosure(raw.decode("latin-1"))
    except MalformedInputError:
        return
    assert other.digest not in held


def test_a_disclosure_in_any_other_base64url_of_the_same_bytes_is_refused() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    one = next(one for one in commit(full_event("contract.signed"), SECRETS) if len(one.encoded) % 4)
    other = one.encoded[:-1] + letters[letters.index(one.encoded[-1]) ^ 1]
    assert decoded(other) == decoded(one.encoded)
    with pytest.raises(DisclosureError, match="canonical base64url"):
        parse_disclosure(other)


def encoded_json(raw: bytes) -> str:
    return base64url(raw)


MALFORMED = {
    "nothing": "",
    "padding": known.WITHOUT_SPACES + "=",
    "standard base64": "WyJ+/w",
    "white space": known.WITHOUT_SPACES + " ",
    "a line break": known.WITHOUT_SPACES + "\n",
    "not ASCII": "王",
    "an impossible length": "WyJfMjZiY",
    "loose bits": encoded_json(b'["s","n",1]')[:-1] + "R",
    "not JSON": encoded_json(b"salt,name,value"),
    "an object": encoded_json(b'{"salt":"x"}'),
    "a text": encoded_json(b'"x"'),
    "two members": encoded_json(b'["salt","value"]'),
    "four members": encoded_json(b'["s","n",1,2]'),
    "a salt that is a number": encoded_json(b'[1,"name","value"]'),
    "a name that is a number": encoded_json(b'["salt",1,"value"]'),
    "a name that is null": encoded_json(b'["salt",null,"value"]'),
    "spaces": encoded_json(b'["salt", "name", "value"]'),
    "a float": encoded_json(b'["salt","name",1.5]'),
    "a name twice": encoded_json(b'["salt","name",{"a":1,"a":1}]'),
    "not UTF-8": encoded_json(b'["salt","name","\xff"]'),
    "deep": encoded_json(b'["salt","name",' + b"[" * 40 + b"]" * 40 + b"]"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_disclosure_is_a_malformed_input_error(name: str) -> None:
    with pytest.raises(MalformedInputError):
        parse_disclosure(MALFORMED[name])


@given(st.text(max_size=60) | st.binary(max_size=60).map(base64url))
def test_any_text_is_a_disclosure_or_a_malformed_input_error(text: str) -> None:
    try:
        one = parse_disclosure(text)
    except MalformedInputError:
        return
    assert one.encoded == text


@given(st.binary(max_size=100))
def test_base64url_is_that_of_rfc_4648(raw: bytes) -> None:
    assert base64url(raw) == base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_fields_are_flattened_in_the_order_of_their_names() -> None:
    names = [name for name, _ in flatten(full_event("payment.received").fields)]
    assert names == sorted(names)

"""Short cuts of ingest end where the long way ends: same value, same refusal, same digests."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evidence_service.core import canonical
from evidence_service.core.canonical import MAX_INTEGER, CanonicalError, parse_strict
from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.commitment import commit, commit_digests, digests
from evidence_service.core.sealing import SECRET_BYTES
from tests.evidence_service.examples import attachment, event, payload_of

EDGES = ["\u0301", "e", "é", "\ufdd0", "\ufdef", "\ufdcf", "\ufffe", "\uffff", "\uffe5", "\U0001fffe", "\U0010ffff"]
CHARACTERS = st.sampled_from([*EDGES, "𬱖", "俾", "，", "中", "a", '"', "\\", "\n", "가", "ᄀ", "ᅡ"]) | st.characters()
TEXTS = st.text(CHARACTERS, max_size=6)
NUMBERS = st.integers(-MAX_INTEGER - 2, MAX_INTEGER + 2) | st.floats() | st.just(10**30)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXTS, children, max_size=4),
    max_leaves=12,
)


def outcome(raw: bytes) -> Any:
    try:
        return parse_strict(raw)
    except CanonicalError as refusal:
        return f"refused: {refusal}"


@given(VALUES, st.booleans())
@example({"é": 1}, False)
@example({"a": {"é": 1}, "b": "中"}, False)
@example(["e", "\u0301"], False)
@example(["e\u0301"], False)
@example(["e\u0301"], True)
@example([MAX_INTEGER + 1], False)
@example([{"a": 1.0}], False)
@example(["\U0010ffff"], False)
@example(["\udc00"], True)
def test_text_that_needs_no_walk_reads_as_if_it_had_been_walked(value: Any, escaped: bool) -> None:
    raw = json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    short = outcome(raw)
    with patch.object(canonical, "harmless", lambda _raw, _text: False):
        long = outcome(raw)
    assert short == long


@pytest.mark.parametrize("raw", [b"[-0]", b"[1e0]", b"[NaN]", b'{"a":1,"a":2}', b'["\\ud800"]', b'["\xef\xb7\x90"]'])
def test_what_the_profile_refuses_is_refused_without_the_walk_too(raw: bytes) -> None:
    assert str(outcome(raw)).startswith("refused: ")


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_the_digests_that_ingest_makes_are_those_of_the_disclosures(code: str) -> None:
    full = event(
        code,
        payload=payload_of(CATALOGUE[code], full=True),
        attachments=[attachment(b"%d" % number) for number in range(11)],
        subjects=[f"borrower:B{number:04d}" for number in range(12)],
        corrects="E-0",
    )
    for one, parts in ((event(code), 1), (full, 12)):
        secrets = (bytes(range(256)) * 2)[: SECRET_BYTES * parts]
        assert commit_digests(one, secrets) == digests(commit(one, secrets))

"""The loan map: one root whatever the order, proofs of both kinds, and no proof that is not exactly right."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core.loan_map import (
    EMPTY,
    LoanState,
    MapProof,
    MapProofError,
    OtherLoan,
    bit,
    check_absence,
    check_membership,
    loan_hash,
    map_key,
    map_root,
    proof_from,
    proof_json,
    root_from,
)
from evidence_service.core.map_pages import BUCKET, Change, MapChangedError, update_map
from evidence_service.errors import MalformedInputError
from tests.evidence_service.core.loan_maps import MemoryMap, reference, root_by_definition, state

STATES = st.dictionaries(st.integers(0, 400).map(reference), st.integers(1, 9).map(state), min_size=1, max_size=120)


@pytest.fixture(scope="module")
def filled() -> MemoryMap:
    made = MemoryMap()
    made.put(1, {reference(number): state(number + 1) for number in range(300)})
    return made


@settings(deadline=None, max_examples=60)
@given(STATES, st.data())
def test_the_root_is_that_of_the_definition_in_whatever_order_and_batches_loans_come(
    states: dict[str, LoanState], data: st.DataObject
) -> None:
    names = data.draw(st.permutations(sorted(states)))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(names)), max_size=5)) | {len(names)})
    made, start = MemoryMap(), 0
    for version, end in enumerate(cuts, 1):
        root = made.put(version, {name: states[name] for name in names[start:end]})
        start = end
    assert root == root_by_definition(states) == map_root(states) == map_root((one, states[one]) for one in names)


@settings(deadline=None, max_examples=30)
@given(STATES, STATES)
def test_later_states_replace_earlier_ones_and_every_older_version_stays_provable(
    first: dict[str, LoanState], second: dict[str, LoanState]
) -> None:
    made = MemoryMap()
    roots = [made.put(1, first), made.put(2, second)]
    for version, states in ((1, first), (2, first | second)):
        assert roots[version - 1] == root_by_definition(states)
        for name in states:
            assert check_membership(name, made.prove(name, version), roots[version - 1]) == states[name]


@settings(deadline=None, max_examples=30)
@given(STATES, st.integers(401, 999).map(reference))
def test_a_loan_that_is_not_there_is_proven_absent_and_never_present(
    states: dict[str, LoanState], stranger: str
) -> None:
    made = MemoryMap()
    root = made.put(1, states)
    proof = made.prove(stranger)
    check_absence(stranger, proof, root)
    with pytest.raises(MapProofError, match="not in the map"):
        check_membership(stranger, proof, root)
    for name in list(states)[:3]:
        with pytest.raises(MapProofError):
            check_absence(name, made.prove(name), root)


def test_the_empty_map_and_a_map_of_one_loan_have_the_roots_of_the_definition() -> None:
    assert map_root({}) == EMPTY == bytes(32)
    one = {reference(1): state(3)}
    assert map_root(one) == loan_hash(map_key(reference(1)), state(3)) == MemoryMap().put(1, one)
    check_absence(reference(2), MapProof((), None), EMPTY)


@pytest.mark.parametrize("loans", [1, 2, BUCKET - 1, BUCKET, BUCKET + 1, 300])
def test_every_loan_and_a_stranger_prove_in_maps_around_the_size_of_a_page(loans: int) -> None:
    made, states = MemoryMap(), {reference(number): state(number + 1) for number in range(loans)}
    root = made.put(7, states)
    assert root == root_by_definition(states)
    for name, one in states.items():
        assert check_membership(name, made.prove(name), root) == one
    check_absence(reference("nobody"), made.prove(reference("nobody")), root)


def test_absence_is_proven_by_an_empty_place_and_by_another_loan(filled: MemoryMap) -> None:
    ends = [filled.prove(reference(number)).end for number in range(300, 400)]
    assert None in ends
    assert any(isinstance(end, OtherLoan) for end in ends)


def test_an_update_reads_and_writes_only_the_pages_on_its_path(filled: MemoryMap) -> None:
    large = MemoryMap()
    large.put(1, {reference(number): state(1) for number in range(5000)})
    large.asked = 0
    name = reference(77)
    made = update_map(large.load, large.roots[1], {map_key(name): Change(state(1), state(2))}, 2)
    assert len(made.pages) == large.asked <= 5
    assert sum(map(len, made.pages.values())) < 4000


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 399), st.data())
def test_a_proof_with_any_byte_changed_is_refused(filled: MemoryMap, number: int, data: st.DataObject) -> None:
    name, root = reference(number), filled.roots[1].digest
    value = proof_json(filled.prove(name))
    changed = _changed(value, data)
    check = check_membership if number < 300 else check_absence
    with pytest.raises(MalformedInputError):
        check(name, proof_from(changed, "membership"), root)


def _changed(value: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """The proof with one thing changed that a reader must notice."""
    made = copy.deepcopy(value)
    where = data.draw(st.sampled_from(["sibling", "depth", "bitmap", "end", "drop", "repeat", "swap"]))
    siblings = made["siblings"]
    if where == "sibling":
        at = data.draw(st.integers(0, len(siblings) - 1))
        siblings[at] = _flip(siblings[at], data)
    elif where == "bitmap":
        made["bitmap"] = _flip(made["bitmap"], data)
    elif where == "end" and made["end"]["kind"] != "nothing":
        part = data.draw(st.sampled_from(sorted(set(made["end"]) - {"kind"})))
        made["end"][part] = made["end"][part] + 1 if part == "count" else _flip(made["end"][part], data)
    elif where == "drop":
        del siblings[data.draw(st.integers(0, len(siblings) - 1))]
    elif where == "repeat":
        siblings.append(siblings[-1])
    elif where == "swap" and len(siblings) > 1:
        siblings[0], siblings[1] = siblings[1], siblings[0]
    else:
        made["depth"] += data.draw(st.sampled_from([-1, 1]))
    return made


def _flip(text: str, data: st.DataObject) -> str:
    at = data.draw(st.integers(0, len(text) - 1))
    return text[:at] + f"{int(text[at], 16) ^ data.draw(st.integers(1, 15)):x}" + text[at + 1 :]


def test_a_proof_survives_its_json(filled: MemoryMap) -> None:
    for number in range(350):
        proof = filled.prove(reference(number))
        assert proof_from(proof_json(proof), "membership") == proof


def _json(filled: MemoryMap, number: int = 5) -> dict[str, Any]:
    return proof_json(filled.prove(reference(number)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bitmap": ""}, "one bit for each"),
        ({"bitmap": "ffffffff"}, "one bit for each"),
        ({"bitmap": "FF"}, "not in its form"),
        ({"depth": 257, "bitmap": "ff" * 32}, "one bit for each"),
        ({"depth": -1}, "a whole number"),
        ({"depth": True}, "a whole number"),
        ({"siblings": []}, "as many as the bitmap has ones"),
        ({"siblings": ["00" * 31]}, "not in its form"),
        ({"end": {"kind": "loan", "count": 0, "last": "11" * 32}}, "a whole number from 1"),
        ({"end": {"kind": "loan", "count": 1, "last": "11" * 31}}, "not in its form"),
        ({"end": {"kind": "nothing", "count": 1}}, "unknown member"),
        ({"end": {"kind": "none", "count": 1, "last": "11" * 32}}, "loan, other or nothing"),
        ({"end": {"kind": "other", "count": 1, "last": "11" * 32}}, "missing"),
        ({"end": None}, "an object"),
        ({"more": 1}, "unknown member"),
    ],
)
def test_a_proof_out_of_form_is_refused(filled: MemoryMap, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MalformedInputError, match=message):
        proof_from(_json(filled) | changes, "membership")


def test_there_is_one_form_of_a_proof(filled: MemoryMap) -> None:
    """A bit beyond the depth, and an empty sibling that is written out, would be second forms."""
    value = _json(filled)
    spare = -value["depth"] % 8
    assert spare
    bits = int(value["bitmap"], 16) | 1
    with pytest.raises(MapProofError, match="beyond the depth"):
        proof_from(value | {"bitmap": f"{bits:0{len(value['bitmap'])}x}"}, "membership")
    with pytest.raises(MapProofError, match="a zero in the bitmap"):
        proof_from(value | {"siblings": [EMPTY.hex(), *value["siblings"][1:]]}, "membership")


def test_a_proof_that_goes_on_below_its_end_is_refused(filled: MemoryMap) -> None:
    name = reference(5)
    proof = filled.prove(name)
    longer = replace(proof, siblings=(*proof.siblings, EMPTY))
    with pytest.raises(MapProofError, match="longer than the path"):
        check_membership(name, longer, filled.roots[1].digest)
    nothing = replace(filled.prove(_absent_by_nothing(filled)), siblings=())
    assert root_from(name, nothing) == EMPTY


def _absent_by_nothing(filled: MemoryMap) -> str:
    return next(name for number in range(300, 900) if filled.prove(name := reference(number)).end is None)


def test_another_loan_proves_absence_only_where_this_one_would_stand(filled: MemoryMap) -> None:
    name = next(
        name for number in range(300, 900) if isinstance(filled.prove(name := reference(number)).end, OtherLoan)
    )
    proof, root = filled.prove(name), filled.roots[1].digest
    check_absence(name, proof, root)
    assert isinstance(proof.end, OtherLoan)
    elsewhere = next(one for one in filled.states if bit(map_key(one), 0) != bit(map_key(name), 0))
    other = OtherLoan(map_key(elsewhere), filled.states[elsewhere])
    with pytest.raises(MapProofError, match="does not stand where"):
        check_absence(name, replace(proof, end=other), root)
    itself = OtherLoan(map_key(reference(5)), filled.states[reference(5)])
    with pytest.raises(MapProofError, match="another key"):
        check_absence(reference(5), replace(filled.prove(reference(5)), end=itself), root)


def test_the_proof_of_one_loan_is_not_that_of_another(filled: MemoryMap) -> None:
    for number in range(1, 300):
        with pytest.raises(MapProofError):
            check_membership(reference(number), filled.prove(reference(0)), filled.roots[1].digest)


def test_an_older_proof_does_not_hold_under_a_newer_root(filled: MemoryMap) -> None:
    made = MemoryMap(dict(filled.pages), dict(filled.roots), dict(filled.states))
    newer = made.put(2, {reference(9): state(99)})
    with pytest.raises(MapProofError, match="another root"):
        check_membership(reference(9), made.prove(reference(9), 1), newer)


def test_a_change_that_does_not_continue_what_the_map_knows_is_refused(filled: MemoryMap) -> None:
    key = map_key(reference(5))
    for before in (None, state(5), state(7)):
        with pytest.raises(MapChangedError, match="removed, repeated or altered"):
            update_map(filled.load, filled.roots[1], {key: Change(before, state(9))}, 2)
    with pytest.raises(MapChangedError, match="the map knows 0"):
        update_map(filled.load, filled.roots[1], {map_key(reference(999)): Change(state(1), state(2))}, 2)


def test_a_page_that_was_altered_or_lost_is_noticed(filled: MemoryMap) -> None:
    name = reference(5)
    filled.asked = 0
    on_path = {page for page in filled.pages if map_key(name).hex().startswith(page[0])}
    for page in on_path:
        for raw in (None, b"L", b"", b"X" + filled.pages[page][1:], _flipped(filled.pages[page])):
            changed = {**filled.pages} | ({page: raw} if raw is not None else {})
            if raw is None:
                del changed[page]
            broken = MemoryMap(changed, filled.roots, filled.states)
            with pytest.raises(MapChangedError):
                broken.prove(name)
            with pytest.raises(MapChangedError):
                broken.put(2, {name: state(50)})


def _flipped(raw: bytes) -> bytes:
    return raw[:20] + bytes([raw[20] ^ 1]) + raw[21:]

"""The log over HTTP: checkpoints, consistency, tiles that any tile reader audits, proofs that the verifier takes."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from io import BytesIO

import pytest

from evidence_service.core.checkpoint import parse_checkpoint
from evidence_service.core.merkle import check_consistency, leaf_hash, root_of
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from evidence_service.core.tiles import levels_of, parse_bundle, parse_hashes, parse_tile_path, tiles_of
from evidence_service.core.verify import verify_proof
from tests.evidence_service.api.room import LOG, Room
from tests.evidence_service.examples import INSTITUTION

EVENTS = 700


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Room, list[int]]:
    """700 events, and the sizes of the checkpoints on the way."""
    room = Room(tmp_path_factory.mktemp("log") / "home")
    sizes = []
    for first, count in ((0, 3), (3, 252), (255, 445)):
        room.log_events(count, first)
        sizes.append(room.door.service.publish(INSTITUTION).checkpoint.size)
    return room, sizes


def test_the_newest_checkpoint_is_a_note_that_the_logs_key_signed(filled: tuple[Room, list[int]]) -> None:
    room, sizes = filled
    answer = room.get(f"{LOG}/checkpoint")
    assert answer.content_type == "text/plain; charset=utf-8"
    note = parse_note(answer.data)
    assert verify_ed25519(note, parse_vkey(room.door.service.log(INSTITUTION).vkey))
    assert parse_checkpoint(note.text).size == sizes[-1]
    assert room.get(f"{LOG}/checkpoints/{sizes[-1]}").data == answer.data


def test_an_older_checkpoint_is_had_by_its_size_and_another_size_is_404(filled: tuple[Room, list[int]]) -> None:
    room, sizes = filled
    for size in sizes:
        assert parse_checkpoint(parse_note(room.get(f"{LOG}/checkpoints/{size}").data).text).size == size
    for wrong in (str(sizes[0] + 1), "0", "00", "-1", "1.0", "x", "9" * 20, "９"):
        assert room.get(f"{LOG}/checkpoints/{wrong}").status_code == 404, wrong


def test_consistency_between_every_pair_of_checkpoints_holds(filled: tuple[Room, list[int]]) -> None:
    room, sizes = filled
    for old in sizes:
        for new in (size for size in sizes if size >= old):
            value = room.get(f"{LOG}/consistency?from={old}&to={new}").get_json()
            roots = [base64.b64decode(value[name]["root"]) for name in ("from", "to")]
            proof = [base64.b64decode(node) for node in value["proof"]]
            check_consistency(old, new, roots[0], roots[1], proof)
            assert roots[1] == parse_checkpoint(parse_note(room.get(f"{LOG}/checkpoints/{new}").data).text).root


@pytest.mark.parametrize(
    "query",
    ["", "?from=1", "?from=a&to=2", "?from=5&to=4", "?from=0&to=4", "?from=1&from=2&to=4", "?from=-1&to=4"],
)
def test_a_bad_question_for_consistency_is_400(filled: tuple[Room, list[int]], query: str) -> None:
    assert filled[0].get(f"{LOG}/consistency{query}").status_code == 400


def test_a_size_that_was_never_signed_has_no_consistency_proof(filled: tuple[Room, list[int]]) -> None:
    room, sizes = filled
    assert room.get(f"{LOG}/consistency?from={sizes[0] + 1}&to={sizes[1]}").status_code == 404


def test_the_tiles_give_the_signed_root_and_the_bundles_give_the_tiles(filled: tuple[Room, list[int]]) -> None:
    room, _ = filled
    checkpoint = parse_checkpoint(parse_note(room.get(f"{LOG}/checkpoint").data).text)
    leaves: list[bytes] = []
    for name in tiles_of(-1, checkpoint.size):
        leaves += parse_bundle(room.get(f"{LOG}/{name.path}").data, name)
    assert root_of([leaf_hash(leaf) for leaf in leaves]) == checkpoint.root
    hashes: list[bytes] = []
    for name in tiles_of(0, checkpoint.size):
        hashes += parse_hashes(room.get(f"{LOG}/{name.path}").data, name)
    assert hashes == [leaf_hash(leaf) for leaf in leaves]
    assert len(levels_of(checkpoint.size)) == 2
    for name in tiles_of(1, checkpoint.size):
        tops = parse_hashes(room.get(f"{LOG}/{name.path}").data, name)
        assert tops == [root_of(hashes[at << 8 : (at + 1) << 8]) for at in range(name.width)]


@pytest.mark.parametrize(
    "path",
    ["tile/0/000.p/256", "tile/0/000.p/0", "tile/0/999", "tile/64/000", "tile/0/x000/001", "tile/5/000", "tile/00/000",
     "tile/entries/003.p/255", "tile/0/..%2f..", "tile/0/000.p/01", "tile/-1/000", "tile/0/"],
)  # fmt: skip
def test_what_is_no_tile_of_the_published_log_is_404(filled: tuple[Room, list[int]], path: str) -> None:
    assert filled[0].get(f"{LOG}/{path}").status_code == 404


def test_unpublished_entries_are_in_no_tile(room: Room) -> None:
    room.log_events(2)
    assert room.get(f"{LOG}/tile/0/000.p/2").status_code == 404
    assert room.get(f"{LOG}/tile/entries/000.p/2").status_code == 404
    assert parse_tile_path("tile/0/000.p/2") is not None


def test_a_proof_with_its_leaf_and_material_passes_the_verifier_and_the_route_that_verifies(
    filled: tuple[Room, list[int]],
) -> None:
    room, _ = filled
    parts = {name: room.get(f"{LOG}/events/E-300/{name}").data for name in ("proof", "leaf", "material")}
    report = verify_proof(
        parts["proof"], parts["leaf"], None, None, datetime.now(UTC), material=parts["material"], stem="E-300"
    )
    assert [report.check(n).state.value for n in (1, 3, 5)] == ["passed"] * 3, report.as_json()
    answer = room.client.post(
        "/verify",
        data={"file": (BytesIO(parts["proof"]), "x"), "leaf": (BytesIO(parts["leaf"]), "x"),
              "material": (BytesIO(parts["material"]), "x")},
        headers=room.headers(None, {}),
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert [one["state"] for one in answer.get_json()["checks"]] == [check.state.value for check in report.checks]


def test_a_proof_of_an_event_that_no_checkpoint_covers_says_so(room: Room) -> None:
    room.log_events(1)
    answer = room.get(f"{LOG}/events/E-0/proof")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not-published")


def test_one_flipped_byte_of_a_proof_is_a_failed_check_not_an_error(filled: tuple[Room, list[int]]) -> None:
    room, _ = filled
    leaf = bytearray(room.get(f"{LOG}/events/E-300/leaf").data)
    leaf[40] ^= 1
    answer = room.client.post(
        "/verify",
        data={"file": (BytesIO(room.get(f"{LOG}/events/E-300/proof").data), "x"), "leaf": (BytesIO(leaf), "x")},
        headers=room.headers(None, {}),
    )
    assert answer.get_json()["result"] == "failed"


@pytest.mark.parametrize(
    ("parts", "status"),
    [({}, 400), ({"file": b"hello"}, 400), ({"file": b"c2sp.org/tlog-proof@v1\n"}, 400), ({"file": b"PK\x03\x04"}, 200),
     ({"file": b"%PDF-1.7"}, 200), ({"file": b"PK\x03\x04", "trust": b"{}"}, 400)],
)  # fmt: skip
def test_what_cannot_be_verified_is_refused_and_what_is_damaged_is_judged(
    room: Room, parts: dict[str, bytes], status: int
) -> None:
    data = {name: (BytesIO(raw), "f") for name, raw in parts.items()}
    answer = room.client.post("/verify", data=data, headers=room.headers(None, {}), content_type="multipart/form-data")
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.get_json()["result"] == "failed"
        assert len(json.loads(answer.text)["checks"]) == 10


def test_a_file_beyond_the_limit_is_not_read(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence_service.api.verifying.MAX_VERIFY", 1000)
    answer = room.client.post("/verify", data={"file": (BytesIO(b"P" * 2000), "f")}, headers=room.headers(None, {}))
    assert answer.status_code == 413

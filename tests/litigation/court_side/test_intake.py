"""The intake as strangers and broken filers meet it: keys, digests, sizes, letters, repeats."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.note import parse_vkey
from litigation.core.court_entry import FIRST, read_entry
from litigation.core.filing import filing_id_of
from litigation.court_side.api.app import MAX_LETTER, create_intake
from litigation.court_side.bootstrap import make_court
from litigation.court_side.core.court_file import CourtFile, CourtFileError, court_file
from litigation.court_side.core.submission import SubmissionState
from litigation.court_side.service import CourtService

FILER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
PACKAGE = b"PK not a package at all"


class Desk:
    """A court without a chain, its intake, and one filer's key."""

    def __init__(self, home: Path) -> None:
        court = CourtFile("泉州市丰泽区人民法院", "闽0503", "court.example/fengze", "民初", "", 0, "", 4096)
        self.court: CourtService = make_court(home, court)
        self.filer, self.key = self.court.add_filer("样例消费金融有限公司", "sample-cf", "91999901DEM000014H")
        self.client: FlaskClient = create_intake(self.court, testing=True).test_client()

    def ask(self, method: str, path: str, body: bytes = b"", key: str = "") -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {key or self.key}"}
        answer = self.client.open(path, method=method, data=body, headers=headers)
        return answer.status_code, json.loads(answer.data)

    def letter(self, **changed: Any) -> dict[str, Any]:
        address = self.court.doors.address
        value: dict[str, Any] = {
            "v": 1,
            "kind": "proofdocket.filing",
            "our_reference": "sample-cf:SCF202512000007",
            "institution": "sample-cf",
            "court": "泉州市丰泽区人民法院",
            "court_address": address,
            "filer": FILER,
            "chain_id": 31337,
            "registry": REGISTRY,
            "package": {"name": "package.zip", "sha256": sha256(PACKAGE).hexdigest(), "size": len(PACKAGE)},
        }
        value |= changed
        value.setdefault(
            "filing_id", filing_id_of(value["package"]["sha256"], address, value["filer"], value["chain_id"], REGISTRY)
        )
        return value

    def send(self, letter: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self.ask("PUT", f"/filings/{letter['filing_id']}", canonical_bytes(letter))

    def bring_package(self) -> None:
        assert self.ask("PUT", f"/packages/{sha256(PACKAGE).hexdigest()}", PACKAGE)[0] in (200, 201)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "court")


def test_a_receipt_is_signed_names_the_bytes_and_is_the_same_for_the_same_letter(desk: Desk) -> None:
    desk.bring_package()
    letter = desk.letter()
    status, answer = desk.send(letter)
    assert status == 201
    entry, _text = read_entry(answer["receipt"], parse_vkey(desk.court.doors.signer.vkey))
    assert (entry.n, entry.previous, entry.kind.value) == (1, FIRST, "received")
    assert entry.detail["package_sha256"] == sha256(PACKAGE).hexdigest()
    assert entry.detail["letter_sha256"] == sha256(canonical_bytes(letter)).hexdigest()
    again, repeated = desk.send(letter)
    assert (again, repeated["receipt"]) == (200, answer["receipt"])
    assert len(desk.court.queue(SubmissionState)) == 1


def test_a_package_that_is_none_is_received_and_the_examination_says_so(desk: Desk) -> None:
    desk.bring_package()
    letter = desk.letter()
    assert desk.send(letter)[1]["state"] == "received", "nobody waits for the examination"
    assert desk.court.examine_waiting() == []
    assert desk.court.submission(letter["filing_id"]).result == "failed"
    detail = json.loads(desk.court.entries(letter["filing_id"])[1].note.split("\n")[1])["detail"]
    assert [one["code"] for one in detail["findings"] if one["blocking"]] == ["check-1", "unreadable"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/entries"),
        ("GET", "/filings/0x" + "0" * 64),
        ("PUT", "/packages/" + "0" * 64),
        ("PUT", "/filings/0x" + "0" * 64),
        ("PUT", "/filings/0x" + "0" * 64 + "/moves/" + "0" * 64),
    ],
)
def test_every_route_but_the_description_asks_for_a_key(desk: Desk, method: str, path: str) -> None:
    for key in ("pd_0000000000000000_" + "A" * 43, "nonsense", desk.key[:-1] + "A" * 2):
        assert desk.ask(method, path, b"x", key=key)[0] == 401
    assert desk.ask("GET", "/court")[1]["code"] == "闽0503"
    desk.court.revoke_filer(desk.filer.id)
    assert desk.ask(method, path, b"x")[0] == 401


def test_a_letter_that_does_not_fit_is_refused_by_name_and_nothing_is_kept(desk: Desk) -> None:
    other = "0x0000000000000000000000000000000000000001"
    wrong: list[tuple[dict[str, Any], str]] = [
        (desk.letter(institution="other-cf"), "institution"),
        (desk.letter(court_address=other), "court_address"),
        (desk.letter(filing_id="0x" + "1" * 64), "filing_id"),
        (desk.letter(v=2), "version"),
        (desk.letter(extra=1), "extra"),
        (desk.letter(filer=FILER.lower()), "EIP-55"),
        (desk.letter(cures="0x" + "2" * 64), "cures"),
        ({**desk.letter(), "package": {"name": "p", "sha256": sha256(PACKAGE).hexdigest(), "size": 1}}, "size"),
    ]
    status, answer = desk.send(desk.letter())
    assert (status, answer["code"]) == (409, "package-missing")
    desk.bring_package()
    for letter, named in wrong:
        status, answer = desk.send(letter)
        assert status == 400, letter
        assert named in answer["detail"]
    assert not desk.court.queue(SubmissionState)
    raw = json.dumps(desk.letter(), indent=1).encode()
    assert desk.ask("PUT", f"/filings/{desk.letter()['filing_id']}", raw)[0] == 400, "not canonical"


def test_another_letter_under_the_same_id_is_refused(desk: Desk) -> None:
    desk.bring_package()
    assert desk.send(desk.letter())[0] == 201
    status, answer = desk.send(desk.letter(our_reference="sample-cf:OTHER"))
    assert (status, answer["code"]) == (409, "filing-differs")


def test_bodies_that_are_too_large_or_of_another_digest_leave_nothing(desk: Desk, tmp_path: Path) -> None:
    digest = sha256(PACKAGE).hexdigest()
    assert desk.ask("PUT", f"/packages/{digest}", b"x" * 4097)[0] == 413
    status, answer = desk.ask("PUT", f"/packages/{digest}", PACKAGE + b".")
    assert (status, answer["code"]) == (400, "digest-differs")
    assert desk.ask("PUT", f"/filings/0x{'1' * 64}", b"x" * (MAX_LETTER + 1))[0] == 413
    assert not list((tmp_path / "court" / "court").rglob("*.zip"))
    assert not [path for path in (tmp_path / "court" / "court").rglob(".*")]
    for path in (f"/packages/{digest.upper()}", "/packages/..%2f..%2fcourt.toml", "/filings/0x12", "/nothing"):
        assert desk.ask("PUT", path, PACKAGE)[0] == 404


def test_a_move_is_kept_once_and_only_for_ones_own_filing(desk: Desk) -> None:
    desk.bring_package()
    letter = desk.letter()
    desk.send(letter)
    said = {
        "kind": "withdrawal",
        "filing_id": letter["filing_id"],
        "made_at": "2026-11-22T01:02:03Z",
        "reason": "已清偿",
    }
    body = canonical_bytes(said)
    path = f"/filings/{letter['filing_id']}/moves/{sha256(body).hexdigest()}"
    assert [desk.ask("PUT", path, body)[0] for _ in range(2)] == [201, 200]
    assert desk.ask("PUT", path, body + b" ")[0] == 400
    _other, key = desk.court.add_filer("另一家", "other-cf", "91350000TEST000018")
    assert desk.ask("PUT", path, body, key=key)[0] == 404
    assert desk.ask("GET", f"/filings/{letter['filing_id']}", key=key)[0] == 404
    assert desk.ask("GET", "/entries", key=key)[1]["entries"] == []
    assert len(desk.court.moves(letter["filing_id"])) == 1


def test_entries_are_paged_and_none_is_missed(desk: Desk) -> None:
    desk.bring_package()
    desk.send(desk.letter())
    assert desk.court.examine_waiting() == []
    desk.court.record(desk.letter()["filing_id"], "accepted", {}, "clerk")
    seen, after = [], 0
    while True:
        page = desk.ask("GET", f"/entries?after={after}&limit=1")[1]
        if not page["entries"]:
            break
        seen += [one["n"] for one in page["entries"]]
        after = page["after"]
    assert seen == [1, 2, 3]
    assert desk.ask("GET", "/entries?after=x")[0] == 400
    assert desk.ask("GET", f"/entries?after={'9' * 30}")[0] == 400


def test_a_changed_package_on_the_disk_is_noticed(desk: Desk, tmp_path: Path) -> None:
    desk.bring_package()
    (path,) = (tmp_path / "court" / "court").rglob("*.zip")
    path.write_bytes(PACKAGE[:-1] + bytes([PACKAGE[-1] ^ 1]))
    status, answer = desk.send(desk.letter())
    assert (status, answer["code"]) == (503, "store")


def test_a_court_s_file_names_what_is_wrong() -> None:
    good = {
        "name": "泉州市丰泽区人民法院",
        "code": "闽0503",
        "key_name": "court.example/fengze",
        "kind": "民初",
        "rpc_url": "",
        "chain_id": 0,
        "registry": "",
        "largest_package": 4096,
    }
    assert court_file(dict(good)).number(2026, 7) == "（2026）闽0503民初7号"
    wrong = {"name": 'a"b', "code": "XX", "key_name": "a b", "kind": "abc", "largest_package": 1, "registry": REGISTRY}
    for member, value in wrong.items():
        with pytest.raises(CourtFileError, match="rpc_url" if member == "registry" else r"."):
            court_file({**good, member: value})

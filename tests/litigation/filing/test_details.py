"""The court's reasons as files: only the bytes that the answer names are read, and only what they can say."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from litigation.core.docket import DetailError, read_detail
from litigation.core.filing import FilingRefusedError, checksummed, court_of
from litigation.filing_service import read_details


def written(value: object) -> tuple[str, bytes]:
    raw = json.dumps(value, ensure_ascii=False).encode()
    return f"{sha256(raw).hexdigest()}.json", raw


def test_reasons_are_read_and_the_case_number_gets_full_width_brackets() -> None:
    name, raw = written({"case_number": "(2026)闽0503民初1号", "note": "请缴费", "clerk": {"kept": "in the text"}})
    detail = read_detail(name, raw)
    assert (detail.case_number, detail.note, detail.refused) == ("（2026）闽0503民初1号", "请缴费", False)
    assert detail.text.encode() == raw
    assert read_detail("0x" + name.upper().removesuffix(".JSON") + ".json", raw) == detail


def test_a_changed_file_is_refused_by_name() -> None:
    name, raw = written({"case_number": "（2026）闽0503民初1号"})
    with pytest.raises(DetailError, match=f"{name}: its SHA-256 is .* it was changed"):
        read_detail(name, raw.replace("初1号".encode(), "初2号".encode()))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"case_number": "无此案号"}, "is no case number"),
        ({"case_number": 12}, "case_number: a text"),
        ({"cure_by": "2026-02-30"}, "cure_by: a day"),
        ({"cure_by": "soon"}, "cure_by: a day"),
        ({"defects": "one"}, "defects: a list"),
        ({"defects": [1]}, "defects: a list"),
        ({"defects": ["x"] * 201}, "defects: a list"),
        ({"ruling": "maybe"}, "ruling:"),
        ({"note": "x" * 4001}, "note: a text"),
        (["a list"], "not a JSON object"),
    ],
)
def test_reasons_that_say_nothing_we_can_record_are_refused_by_name(value: object, reason: str) -> None:
    name, raw = written(value)
    with pytest.raises(DetailError, match=reason) as caught:
        read_detail(name, raw)
    assert str(caught.value).startswith(f"{name}: ")


@pytest.mark.parametrize("raw", [b"\xff", b"{", b'{"a":1,"a":2}', b'{"a":1.5}', b'{"a":NaN}', b"[" * 100])
def test_hostile_bytes_are_refused_by_name(raw: bytes) -> None:
    name = f"{sha256(raw).hexdigest()}.json"
    with pytest.raises(DetailError, match=name):
        read_detail(name, raw)


def test_one_refused_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    good, raw = written({"note": "good"})
    (tmp_path / good).write_bytes(raw)
    (tmp_path / f"{'0' * 64}.json").write_bytes(raw)
    (tmp_path / "notes.txt").write_text("not ours")
    details, refused = read_details(tmp_path)
    assert [detail.note for detail in details.values()] == ["good"]
    assert len(refused) == 1


def test_a_courts_address_is_written_with_its_checksum() -> None:
    # EIP-55, test cases.
    for address in (
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ):
        assert checksummed(address.lower()) == address
        assert court_of("某法院", address.lower()).address == address
        assert court_of("某法院", "0x" + address[2:].upper()).address == address


@pytest.mark.parametrize(
    ("name", "address", "reason"),
    [
        ("", "0x" + "ab" * 20, "1 to 100 characters"),
        ("法院\n二", "0x" + "ab" * 20, "on one line"),
        ("某法院", "0x1234", "40 hexadecimal digits"),
        ("某法院", "0x" + "00" * 20, "all-zero"),
        ("某法院", "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "wrong checksum"),
    ],
)
def test_a_court_without_name_or_address_is_refused(name: str, address: str, reason: str) -> None:
    with pytest.raises(FilingRefusedError, match=reason):
        court_of(name, address)


def test_a_courts_folder_is_safe_and_tells_courts_of_one_name_apart() -> None:
    one, two = court_of("../泉州 法院/..", "0x" + "ab" * 20), court_of("../泉州 法院/..", "0x" + "cd" * 20)
    assert one.slug == "泉州-法院-abababab"
    assert two.slug == "泉州-法院-cdcdcdcd"
    assert court_of("…", "0x" + "ab" * 20).slug == "court-abababab"

"""NDJSON lines: handed on byte for byte, bad ones rejected alone."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from evidence_service.importing import Accepted, ImportFileError, read_events
from tests.evidence_service.importing.files import accepted, rejected, toy_profile, written

LINE = '{"id":"a","name":"侯英𬱖"}'.encode()


def test_lines_are_handed_on_byte_for_byte(tmp_path: Path) -> None:
    path = written(tmp_path, "t.ndjson", LINE + b"\r\n" + b' {"id": "b"} \n')
    assert list(read_events(path, None)) == [Accepted(1, None, LINE), Accepted(2, None, b' {"id": "b"} ')]


@pytest.mark.parametrize("name", ["t.ndjson", "t.jsonl", "t.ndjson.gz", "T.NDJSON.GZ"])
def test_gzip_is_transparent(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(LINE) if name.lower().endswith("gz") else LINE)
    assert list(read_events(path, None)) == [Accepted(1, None, LINE)]


def test_bom_blank_lines_and_a_missing_last_newline_do_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, "t.ndjson", b"\xef\xbb\xbf" + LINE + b"\n\n \t\n" + LINE)
    assert list(read_events(path, None)) == [Accepted(1, None, LINE), Accepted(4, None, LINE)]


def test_an_empty_file_gives_nothing(tmp_path: Path) -> None:
    assert list(read_events(written(tmp_path, "t.ndjson", b""), None)) == []


def test_broken_utf8_and_a_huge_line_are_rejected_alone(tmp_path: Path) -> None:
    path = written(tmp_path, "t.ndjson", LINE + b"\n\xff\xfe{}\n" + b"x" * 5_000_000 + b"\n" + LINE + b"\n")
    records = list(read_events(path, None))
    assert rejected(records) == [(2, "broken-utf-8"), (3, "row-too-large")]
    assert [record.line for record in accepted(records)] == [1, 4]


def test_a_line_of_exactly_the_limit_passes(tmp_path: Path) -> None:
    limit = 4 * 1024 * 1024
    path = written(tmp_path, "t.ndjson", b"x" * limit + b"\n" + b"x" * (limit + 1) + b"\n" + b"x" * (limit + 1))
    records = list(read_events(path, None))
    assert [record.line for record in accepted(records)] == [1]
    assert rejected(records) == [(2, "row-too-large"), (3, "row-too-large")]


def test_utf16_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="UTF-16"):
        list(read_events(written(tmp_path, "t.ndjson", "{}\n".encode("utf-16")), None))


def test_a_cut_gzip_file_is_told(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(b'{"id":"%d","x":"%x"}\n' % (n, n**7) for n in range(20_000)))
    path = written(tmp_path, "t.ndjson", whole[: len(whole) // 2])
    *before, last = list(read_events(path, None))
    assert len(accepted(before)) == len(before) > 100
    assert rejected([last]) == [(before[-1].line + 1, "file-cut-short")]


def test_a_profile_has_no_place_with_ndjson(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="leave the profile away"):
        read_events(written(tmp_path, "t.ndjson", LINE), toy_profile())


@pytest.mark.parametrize(
    ("name", "problem"), [("t.csv", "needs a mapping profile"), ("t.xlsx", "must end in"), ("t", "must end in")]
)
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(ImportFileError, match=problem):
        read_events(written(tmp_path, name, b"x"), None)


def test_a_missing_file_is_an_error_of_the_family(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="cannot be opened"):
        list(read_events(tmp_path / "none.ndjson", None))

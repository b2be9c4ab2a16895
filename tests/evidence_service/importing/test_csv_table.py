"""CSV rows: what is mapped, and how each kind of bad row is rejected alone."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from evidence_service.core.event import event_from
from evidence_service.importing import ImportFileError, read_events
from tests.evidence_service.importing.files import (
    GOOD,
    HEADER,
    accepted,
    read_csv_bytes,
    rejected,
    toy_profile,
    written,
)

OTHER = b"L2,paid,2024-02-05T10:03:04+08:00,7,E1\n"


def test_a_row_becomes_an_event_of_the_schema(tmp_path: Path) -> None:
    (record,) = accepted(read_csv_bytes(tmp_path, HEADER + GOOD))
    assert record.line == 2
    assert record.event is not None
    assert record.event["occurred_at"] == "2024-01-05T02:03:04.250Z"
    assert record.event["payload"] == {"amount": "12.50", "currency": "CNY", "received_on": "2024-01-05"}
    assert event_from(record.event).id == "toy:L1:paid"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b"L9,paid,2024-01-05T10:03:04+08:00,12.50\n", "wrong-column-count"),
        (b"L9,paid,2024-01-05T10:03:04+08:00,12.50,E1,more\n", "wrong-column-count"),
        (b"L9,paid,2024-02-30T10:03:04+08:00,12.50,E1\n", "bad-instant"),
        (b"L9,paid,2024-01-05T10:03:04,12.50,E1\n", "bad-instant"),
        (b"L9,paid,05/01/2024,12.50,E1\n", "bad-instant"),
        (b"L9,paid,2024-01-05T10:03:04+08:00,NaN,E1\n", "bad-amount"),
        (b"L9,paid,2024-01-05T10:03:04+08:00,inf,E1\n", "bad-amount"),
        (b"L9,paid,2024-01-05T10:03:04+08:00,-Infinity,E1\n", "bad-amount"),
        (b'L9,paid,2024-01-05T10:03:04+08:00,"1,250.00",E1\n', "bad-amount"),
        (b"L9,paid,2024-01-05T10:03:04+08:00,1e999,E1\n", "bad-amount"),
        ("L9,paid,2024-01-05T10:03:04+08:00,１２,E1\n".encode(), "bad-amount"),
        (b"L9,paid,2024-01-05T10:03:04+08:00,,E1\n", "missing-value"),
        (b"L9,paid,,12.50,E1\n", "missing-value"),
        (b",paid,2024-01-05T10:03:04+08:00,12.50,E1\n", "missing-value"),
        (b"L9,lost,2024-01-05T10:03:04+08:00,12.50,E1\n", "unmapped-activity"),
        (b"L9,,2024-01-05T10:03:04+08:00,12.50,E1\n", "unmapped-activity"),
        (b"L 9,paid,2024-01-05T10:03:04+08:00,12.50,E1\n", "bad-id"),
        (b"L9,paid,2024-01-05T10:03:04+08:00,12.50,\xff\xfe\n", "broken-utf-8"),
        (b'L9,paid,2024-01-05T10:03:04+08:00,12.50,"E1\n', "open-quote"),
        (b'L9,paid,2024-01-05T10:03:04+08:00,12.50,"E1"x\n', "bad-quotes"),
        (b"L9,paid,2024-01-05T10:03:04+08:00,12.50," + b"x" * 5_000_000 + b"\n", "row-too-large"),
        (b'L9,paid,2024-01-05T10:03:04+08:00,12.50,"' + b"x" * 5_000_000 + b'"\n', "row-too-large"),
    ],
)
def test_a_bad_row_is_rejected_alone_with_its_line(tmp_path: Path, row: bytes, code: str) -> None:
    records = read_csv_bytes(tmp_path, HEADER + GOOD + row + OTHER)
    assert rejected(records) == [(3, code)]
    assert [record.line for record in accepted(records)] == [2, 4]


def test_a_reject_names_the_activity_and_no_other_value(tmp_path: Path) -> None:
    secret = b"L9,lost,2024-01-05T10:03:04+08:00,secret,private\nL9,paid,secret,1,private\n"
    reasons = " ".join(str(record) for record in read_csv_bytes(tmp_path, HEADER + secret))
    assert "'lost'" in reasons
    assert "column at" in reasons
    assert "secret" not in reasons
    assert "private" not in reasons


def test_a_missing_column_refuses_the_whole_file_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"t\.csv: no column money"):
        read_csv_bytes(tmp_path, b"loan_no,what,at,who\nL1,paid,2024-01-05T10:03:04Z,E1\n")


def test_a_column_that_the_profile_does_not_know_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="does not know column extra"):
        read_csv_bytes(tmp_path, b"loan_no,what,at,money,who,extra\n")


def test_other_columns_may_be_kept_as_attributes(tmp_path: Path) -> None:
    profile = toy_profile("columns:\n", "file: {other_columns: attributes}\ncolumns:\n")
    row = GOOD.replace(b"E1\n", b"E1,kept\n")
    (record,) = accepted(read_csv_bytes(tmp_path, HEADER.replace(b"who\n", b"who,extra\n") + row, profile))
    assert record.event is not None
    assert record.event["payload"]["attributes"] == {"extra": "kept"}


def test_ignored_columns_are_passed_over(tmp_path: Path) -> None:
    profile = toy_profile("columns:\n", "ignored: {extra: a copy of who}\ncolumns:\n")
    content = HEADER.replace(b"who\n", b"who,extra\n") + GOOD.replace(b"E1\n", b"E1,E1\n")
    assert len(accepted(read_csv_bytes(tmp_path, content, profile))) == 1


@pytest.mark.parametrize("header", [b"", b"\n", b"loan_no,what,at,money,who,who\n", b"\xff\xfel\0o\0", b"lo\xff\n"])
def test_a_file_without_a_readable_header_is_refused(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(ImportFileError, match=r"t\.csv"):
        read_csv_bytes(tmp_path, header)


def test_bom_crlf_blank_lines_and_a_missing_last_newline_do_no_harm(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + (HEADER + GOOD + b"\n  \n" + OTHER).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    records = read_csv_bytes(tmp_path, content)
    assert [record.line for record in accepted(records)] == [2, 5]
    assert rejected(records) == []


def test_equal_times_keep_the_order_of_the_file(tmp_path: Path) -> None:
    rows = b"".join(b"L%d,paid,2024-01-05T10:03:04Z,1,E1\n" % number for number in (3, 1, 2))
    loans = [record.event["loan"] for record in accepted(read_csv_bytes(tmp_path, HEADER + rows)) if record.event]
    assert loans == ["L3", "L1", "L2"]


def test_a_profile_may_say_gb18030(tmp_path: Path) -> None:
    profile = toy_profile("columns:\n", "file: {encoding: gb18030}\ncolumns:\n")
    rows = GOOD.replace(b"E1", "侯英𬱖".encode("gb18030")) + OTHER.replace(b"E1", b"\xff")
    records = read_csv_bytes(tmp_path, HEADER + rows, profile)
    (record,) = accepted(records)
    assert record.event is not None
    assert record.event["actor"]["id"] == "侯英𬱖"
    assert rejected(records) == [(3, "broken-encoding")]


@pytest.mark.parametrize(
    "forged", [b"L9,paid,2024-01-05T10:03:04Z,9999,E1", b'L9,paid,2024-01-05T10:03:04Z,9999,""E1""']
)
@pytest.mark.parametrize("size", [0, 5_000_000])
def test_a_line_inside_a_quoted_cell_never_poses_as_a_row(tmp_path: Path, forged: bytes, size: int) -> None:
    opened = b'L8,asked,2024-01-05T10:03:04Z,1,"note' + b"x" * size
    records = read_csv_bytes(tmp_path, HEADER + opened + b"\n" + forged + b'\nend"\n' + GOOD)
    assert rejected(records) == [(2, "inside-quotes"), (3, "inside-quotes"), (4, "inside-quotes")]
    assert [record.line for record in accepted(records)] == [5]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
@pytest.mark.parametrize("multiline", [False, True])
def test_a_quote_that_never_closes_costs_its_row_alone(tmp_path: Path, name: str, multiline: bool) -> None:
    profile = toy_profile("columns:\n", f"file: {{multiline: {str(multiline).lower()}}}\ncolumns:\n")
    records = read_csv_bytes(tmp_path, HEADER + GOOD + GOOD.replace(b"E1", b'"E1') + OTHER, profile, name)
    assert rejected(records) == [(3, "open-quote")]
    assert [record.line for record in accepted(records)] == [2, 4]


def test_multiline_cells_are_read_where_the_profile_allows_them(tmp_path: Path) -> None:
    profile = toy_profile("columns:\n", "file: {multiline: true}\ncolumns:\n")
    content = HEADER + GOOD.replace(b"E1", b'"E1\nand, E2"') + OTHER
    records = accepted(read_csv_bytes(tmp_path, content, profile))
    assert [record.line for record in records] == [2, 4]
    assert records[0].event is not None
    assert records[0].event["actor"]["id"] == "E1\nand, E2"


def test_a_multiline_row_over_the_limit_is_one_reject(tmp_path: Path) -> None:
    profile = toy_profile("columns:\n", "file: {multiline: true}\ncolumns:\n")
    long = b"".join(b"L%d,paid,2024-01-05T10:03:04Z,1,E1\n" % number for number in range(200_000))
    records = read_csv_bytes(tmp_path, HEADER + GOOD.replace(b"E1\n", b'"E1\n') + long + b'"\n' + OTHER, profile)
    assert rejected(records) == [(2, "row-too-large")]
    assert [record.line for record in accepted(records)] == [200_004]


def test_a_cut_file_with_an_open_quote_tells_both(tmp_path: Path) -> None:
    rows = b"".join(b"L%d,paid,2024-01-05T10:03:04Z,%d.5,E%d\n" % (n, n * 7919 % 9973, n % 13) for n in range(20_000))
    whole = gzip.compress(HEADER + GOOD + GOOD.replace(b"E1", b'"E1') + rows)
    records = list(read_events(written(tmp_path, "t.csv", whole[: len(whole) // 2]), toy_profile()))
    assert rejected(records) == [(3, "open-quote"), (4, "file-cut-short")]
    assert [record.line for record in accepted(records)] == [2]


def test_a_cut_gzip_file_keeps_what_was_read_and_says_where_it_ended(tmp_path: Path) -> None:
    rows = b"".join(b"L%d,paid,2024-01-05T10:03:04Z,%d.5,E%d\n" % (n, n * 7919 % 9973, n % 13) for n in range(20_000))
    whole = gzip.compress(HEADER + rows)
    path = written(tmp_path, "t.csv", whole[: len(whole) // 2])
    *before, last = list(read_events(path, toy_profile()))
    assert len(accepted(before)) == len(before) > 100
    assert rejected([last]) == [(before[-1].line + 1, "file-cut-short")]


def test_a_damaged_gzip_checksum_is_told(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(HEADER + GOOD))
    whole[-5] ^= 1
    records = list(read_events(written(tmp_path, "t.csv", bytes(whole)), toy_profile()))
    assert "file-cut-short" in [code for _, code in rejected(records)]


def test_memory_stays_flat_for_a_huge_row(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv", HEADER + GOOD + b"x" * 60_000_000 + b"\n" + OTHER)
    tracemalloc.start()
    try:
        records = list(read_events(path, toy_profile()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert rejected(records) == [(3, "row-too-large")]
    assert len(accepted(records)) == 2
    assert peak < 16_000_000


def test_reading_is_lazy(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv.gz", HEADER + GOOD * 1000)
    records = read_events(path, toy_profile())
    assert next(records).line == 2

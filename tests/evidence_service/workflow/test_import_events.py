"""Import: every record is accepted, known already, or set aside with line and reason; nothing is lost silently."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from evidence_service.adapters.file_vault import FileVault
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.adapters.sql_log_writer import SqlLogWriter
from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.core.event import format_instant
from evidence_service.errors import NotFoundError, StoreError
from evidence_service.importing.ndjson import read_ndjson
from evidence_service.importing.records import Accepted, Record, Rejected
from evidence_service.workflow import import_events
from evidence_service.workflow.import_events import ImportCounts, ImportDoors, Reject, import_records
from evidence_service.workflow.prove import body_of
from tests.evidence_service.adapters.logs import make_log, open_store
from tests.evidence_service.examples import INSTITUTION, NOW, Randomness, attachment, event_value, line

ORIGINAL = "借款合同 the contract".encode()


@dataclass
class Importer:
    """An instance to import into, and what it set aside."""

    store: SqlLogStore
    vault: FileVault
    files: dict[str, bytes] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    progress: list[int] = field(default_factory=list)

    def take(self, records: Iterable[Record], *, after: timedelta = timedelta()) -> ImportCounts:
        doors = ImportDoors(
            store=self.store,
            vault=self.vault,
            find_file=self.files.get,
            reject=self.rejects.append,
            progress=lambda counts: self.progress.append(counts.read),
            now=lambda: NOW + after,
            randomness=Randomness(str(len(self.rejects)).encode()),
        )
        counts = import_records(records, {log.institution for log in self.store.logs()}, doors)
        assert counts.read == counts.accepted + counts.duplicates + counts.rejected
        assert counts.rejected <= len(self.rejects)
        return counts

    def take_values(self, *values: dict[str, Any]) -> ImportCounts:
        return self.take(lines(*values))

    @property
    def size(self) -> int:
        return self.store.log(INSTITUTION).size


def lines(*values: dict[str, Any]) -> list[Record]:
    return [Accepted(number, None, line(value)) for number, value in enumerate(values, start=1)]


def tally(counts: ImportCounts) -> tuple[int, int, int, int]:
    return counts.read, counts.accepted, counts.duplicates, counts.rejected


@pytest.fixture
def importer(engine: Engine, tmp_path: Path) -> Importer:
    store = open_store(engine)
    make_log(store)
    return Importer(store, FileVault(tmp_path / "vault", engine, store.keys))


@pytest.fixture
def small_importer(sqlite_engine: Engine, tmp_path: Path) -> Importer:
    store = open_store(sqlite_engine)
    make_log(store)
    return Importer(store, FileVault(tmp_path / "vault", sqlite_engine, store.keys))


def with_original(**changes: Any) -> dict[str, Any]:
    one = {**attachment(ORIGINAL), "content": base64.b64encode(ORIGINAL).decode(), **changes}
    return event_value(attachments=[{name: value for name, value in one.items() if value is not None}])


def test_good_records_are_logged_in_the_order_of_the_file(importer: Importer) -> None:
    values = [event_value(id=f"E-{9 - number}", loan=f"LN-{number % 2}") for number in range(9)]
    assert tally(importer.take_values(*values)) == (9, 9, 0, 0)
    found = importer.store.events_before(INSTITUTION, None, 100)
    assert [one.event_id for one in reversed(found)] == [value["id"] for value in values]


def test_the_same_file_twice_adds_nothing(importer: Importer) -> None:
    values = [event_value(id=f"E-{number}") for number in range(50)]
    importer.take_values(*values)
    again = importer.take_values(*values)
    assert tally(again) == (50, 0, 50, 0)
    assert importer.size == 50


def test_white_space_and_order_of_members_make_no_other_event(importer: Importer) -> None:
    value = event_value()
    turned = dict(reversed(value.items()))
    records: list[Record] = [
        Accepted(1, None, line(value)),
        Accepted(2, None, json.dumps(turned, indent=2).encode()),
        Accepted(3, turned),
    ]
    assert tally(importer.take(records)) == (3, 1, 2, 0)


BAD: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"{", "not-canonical"),
    "an array": (b"[1]", "event-malformed"),
    "nothing": (b"", "not-canonical"),
    "broken UTF-8": (b'{"id":"\xff"}', "not-canonical"),
    "NaN": (line(event_value()).replace(b'"1200.50"', b"NaN"), "not-canonical"),
    "a float": (line(event_value()).replace(b'"1200.50"', b"1200.50"), "not-canonical"),
    "1e400": (line(event_value()).replace(b'"1200.50"', b"1e400"), "not-canonical"),
    "a name twice": (line(event_value()).replace(b'"id":', b'"id": "E-0", "id":'), "not-canonical"),
    "a lone surrogate": (line(event_value()).replace(b"LN-2024", b"\\ud800"), "not-canonical"),
    "100,000 levels": (b"[" * 100_000, "not-canonical"),
    "a missing amount": (line(event_value(payload={"currency": "CNY"})), "payload-malformed"),
    "a bad date": (line(event_value()).replace(b'"2026-01-31"', b'"2026-02-31"'), "payload-malformed"),
    "full-width digits": (line(event_value()).replace(b"1200.50", "１２".encode()), "payload-malformed"),
    "an unknown type": (line(event_value()).replace(b"payment.received", b"payment.eaten"), "event-malformed"),
    "no loan": (line(event_value(loan=None)), "event-malformed"),
    "NUL in a loan": (line(event_value(loan="LN\x00")), "event-malformed"),
    "a mechanism that is a list": (
        line(event_value(source={"system": "x", "mechanism": ["manual"], "version": "1"})),
        "event-malformed",
    ),
    "a future event": (line(event_value(occurred_at=format_instant(NOW + timedelta(minutes=6)))), "event-malformed"),
    "another institution": (line(event_value(institution="other-cf")), "event-malformed"),
    "an original that nobody brought": (line(event_value(attachments=[attachment(b"missing")])), "original-missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_set_aside_with_its_line_and_the_rest_is_kept(importer: Importer, name: str) -> None:
    raw, code = BAD[name]
    good = [line(event_value(id=f"E-good-{number}")) for number in range(4)]
    records: list[Record] = [
        Accepted(number, None, one) for number, one in enumerate([*good[:2], raw, *good[2:]], start=10)
    ]
    assert tally(importer.take(records)) == (5, 4, 0, 1)
    (reject,) = importer.rejects
    assert (reject.line, reject.code) == (12, code)
    assert len(reject.reason) < 300
    assert importer.size == 4


def test_rows_that_a_reader_refused_are_counted_and_set_aside_with_its_reason(importer: Importer) -> None:
    records: list[Record] = [Rejected(1, "too-large", "row is over 4 MiB"), *lines(event_value())]
    assert tally(importer.take(records)) == (2, 1, 0, 1)
    assert importer.rejects == [Reject(1, "too-large", "row is over 4 MiB")]


def test_the_same_id_with_another_body_is_set_aside_and_the_first_one_stays(importer: Importer) -> None:
    first, other = event_value(), event_value(loan="LN-OTHER")
    assert tally(importer.take_values(first, other, first)) == (3, 1, 1, 1)
    assert importer.rejects[0].code == "duplicate-id"
    assert importer.store.event("E-1").loan == first["loan"]


def test_an_institution_without_a_log_is_named_and_the_way_to_add_it(importer: Importer) -> None:
    importer.take_values(event_value(institution="other-cf"))
    assert importer.rejects[0].reason == (
        "institution: other-cf has no log here; `proofdocket institution add other-cf`"
    )


def test_records_of_several_institutions_go_into_their_own_logs_in_order(importer: Importer) -> None:
    make_log(importer.store, "other-cf")
    values = [event_value(id=f"E-{n}", institution=(INSTITUTION, "other-cf")[n % 2]) for n in range(10)]
    counts = importer.take_values(*values)
    assert counts.institutions == {INSTITUTION, "other-cf"}
    for at, name in enumerate((INSTITUTION, "other-cf")):
        found = importer.store.events_before(name, None, 100)
        assert [one.event_id for one in reversed(found)] == [f"E-{n}" for n in range(at, 10, 2)]


def test_a_long_import_goes_batch_by_batch_and_tells_how_far_it_is(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_events, "BATCH", 7)
    importer.take_values(*[event_value(id=f"E-{number}") for number in range(20)])
    assert importer.progress == [7, 14, 20]
    assert importer.size == 20


def test_a_refusal_says_nothing_of_the_person_it_is_about(importer: Importer) -> None:
    secret = "350102199001011234"
    unquoted = line(event_value("application.submitted", payload={"id_no": secret}))
    hostile = [
        unquoted.replace(f'"{secret}"'.encode(), secret.encode()),
        line(event_value("application.submitted", payload={"id_no": [secret]})),
        line(event_value("application.submitted", payload={"birth_date": secret})),
        line(event_value(loan=secret + "\n")),
        line(event_value(id=secret + " ")),
        line(event_value(subjects=[secret, ""])),
        line(event_value(attachments=[{**attachment(b"x"), "size": secret}])),
    ]
    counts = importer.take([Accepted(number, None, raw) for number, raw in enumerate(hostile)])
    assert counts.rejected == len(hostile)
    assert not [reject for reject in importer.rejects if secret in reject.reason]


# -- originals


@pytest.mark.parametrize("brought_as", ["content", "file", "brought before"])
def test_an_original_is_in_the_vault_and_its_bytes_are_not_in_the_event(importer: Importer, brought_as: str) -> None:
    value = with_original(content="" if brought_as != "content" else base64.b64encode(ORIGINAL).decode())
    if brought_as != "content":
        del value["attachments"][0]["content"]
    if brought_as == "file":
        importer.files[sha256_hex(ORIGINAL)] = ORIGINAL
    if brought_as == "brought before":
        importer.vault.put(INSTITUTION, ["borrower:B0001"], ORIGINAL)
    assert tally(importer.take_values(value)) == (1, 1, 0, 0)
    assert importer.vault.get(INSTITUTION, sha256_hex(ORIGINAL)) == ORIGINAL
    body = json.loads(body_of(importer.store.event("E-1")))
    assert body["attachments"] == [attachment(ORIGINAL)]


def test_an_import_is_repeated_without_its_folder_of_originals_and_adds_nothing(importer: Importer) -> None:
    value = event_value(attachments=[attachment(ORIGINAL)])
    importer.files[sha256_hex(ORIGINAL)] = ORIGINAL
    importer.take_values(value)
    importer.files.clear()
    assert tally(importer.take_values(value)) == (1, 0, 1, 0)


MISMATCHES: dict[str, tuple[dict[str, Any], str]] = {
    "another content": ({"content": base64.b64encode(ORIGINAL[:-1] + b"X").decode()}, "attachments[0].sha256"),
    "a longer content": ({"content": base64.b64encode(ORIGINAL + b"X").decode()}, "attachments[0].size"),
    "another size": ({"size": 1}, "attachments[0].size"),
    "another sha256": ({"sha256": sha256_hex(b"x")}, "attachments[0].sha256"),
    "another sm3": ({"sm3": sm3_hex(b"x")}, "attachments[0].sm3"),
    "not base64": ({"content": "!!!"}, "attachments[0].content"),
    "base64 with a line break": ({"content": base64.b64encode(ORIGINAL).decode() + "\n"}, "attachments[0].content"),
    "not ASCII": ({"content": "é" * 4}, "attachments[0].content"),
    "a number": ({"content": 7}, "attachments[0].content"),
}


@pytest.mark.parametrize("name", MISMATCHES)
def test_an_original_that_is_not_what_its_event_says_is_set_aside_and_nothing_is_logged(
    importer: Importer, name: str
) -> None:
    change, place = MISMATCHES[name]
    assert tally(importer.take_values(with_original(**change), event_value(id="E-2"))) == (2, 1, 0, 1)
    assert importer.rejects[0].code == "original-mismatch"
    assert importer.rejects[0].reason.startswith(place)
    with pytest.raises(NotFoundError):
        importer.store.event("E-1")
    assert importer.store.event("E-2").index == 0


def test_a_file_that_was_changed_beside_the_import_is_set_aside(importer: Importer) -> None:
    importer.files[sha256_hex(ORIGINAL)] = ORIGINAL[:-1] + b"X"
    importer.take_values(event_value(attachments=[attachment(ORIGINAL)]))
    assert importer.rejects[0].reason == "attachments[0].sha256: is not the digest of the original"
    assert importer.size == 0


def test_a_later_event_of_the_same_batch_may_name_an_original_that_an_earlier_one_brought(importer: Importer) -> None:
    later = event_value(id="E-later", attachments=[attachment(ORIGINAL)])
    assert tally(importer.take_values(with_original(), later)) == (2, 2, 0, 0)
    assert importer.vault.get(INSTITUTION, sha256_hex(ORIGINAL)) == ORIGINAL


def test_only_the_event_whose_original_cannot_be_stored_is_set_aside(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is stored together; where that fails, one by one."""
    contents = [b"first", b"second", b"third"]
    values = [
        event_value(id=f"E-{at}", attachments=[{**attachment(one), "content": base64.b64encode(one).decode()}])
        for at, one in enumerate(contents)
    ]
    write = FileVault._write

    def refuse(vault: FileVault, wanted: Sequence[Any]) -> None:
        if any(content == b"second" for _, _, content in wanted):
            raise StoreError("the disk refused")
        write(vault, wanted)

    monkeypatch.setattr(FileVault, "_write", refuse)
    assert tally(importer.take_values(*values)) == (3, 2, 0, 1)
    assert [(one.line, one.reason) for one in importer.rejects] == [(2, "the disk refused")]
    assert [one.event_id for one in importer.store.events_before(INSTITUTION, None, 9)] == ["E-2", "E-0"]
    monkeypatch.undo()
    assert tally(importer.take_values(*values)) == (3, 1, 2, 0)


def test_originals_of_a_batch_wait_for_the_disk_together(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    together: list[int] = []
    put_all = FileVault.put_all

    def watch(vault: FileVault, institution: str, brought: Iterable[Any]) -> None:
        listed = list(brought)
        together.append(len(listed))
        put_all(vault, institution, listed)

    monkeypatch.setattr(FileVault, "put_all", watch)
    values = []
    for number in range(100):
        content = b"original %d" % number
        brought = {**attachment(content), "content": base64.b64encode(content).decode()}
        values.append(event_value(id=f"E-{number}", attachments=[brought]))
    assert importer.take_values(*values).accepted == 100
    assert together == [100]
    for number in range(100):
        content = b"original %d" % number
        assert importer.vault.get(INSTITUTION, sha256_hex(content)) == content


def test_originals_are_on_disk_before_their_event_is_logged(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the log fails, an original without an event is left; an event without its original never is."""
    seen: list[bytes] = []
    open_writer: Callable[[str], Any] = importer.store.writing

    def watch(institution: str) -> Any:
        seen.append(importer.vault.get(INSTITUTION, sha256_hex(ORIGINAL)))
        return open_writer(institution)

    monkeypatch.setattr(importer.store, "writing", watch)
    importer.take_values(with_original())
    assert seen == [ORIGINAL]


def test_an_import_that_is_cut_off_before_the_commit_logs_nothing_of_the_batch_and_may_be_repeated(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SqlLogWriter.append

    def cut_off(self: SqlLogWriter, *arguments: Any) -> int:
        real(self, *arguments)
        raise KeyboardInterrupt

    values = [event_value(id=f"E-{number}") for number in range(5)]
    monkeypatch.setattr(SqlLogWriter, "append", cut_off)
    with pytest.raises(KeyboardInterrupt):
        importer.take_values(*values)
    monkeypatch.undo()
    assert importer.size == 0
    assert tally(importer.take_values(*values)) == (5, 5, 0, 0)


# -- whole files


def test_a_file_with_good_and_bad_lines_is_read_to_its_end(importer: Importer, tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    good = line(event_value(id="E-good"))
    bad = [raw for raw, _ in BAD.values() if raw]
    path.write_bytes(b"\n".join([good, *bad, b"", b'"' + b"x" * 5_000_000 + b'"', line(event_value(id="E-last"))]))
    counts = importer.take(read_ndjson(path))
    assert (counts.read, counts.accepted, counts.rejected) == (len(bad) + 3, 2, len(bad) + 1)
    assert {reject.line for reject in importer.rejects} == {*range(2, len(bad) + 2), len(bad) + 3}
    assert tally(importer.take(read_ndjson(path)))[1:3] == (0, 2)


RECORDS = st.lists(
    st.one_of(
        st.integers(0, 12).map(lambda number: Accepted(number, None, line(event_value(id=f"E-{number}")))),
        st.integers(0, 12).map(lambda number: Accepted(number, event_value(id=f"E-{number}", loan="LN-2"))),
        st.binary(max_size=40).map(lambda raw: Accepted(1, None, raw)),
        st.sampled_from([Accepted(2, None, raw) for raw, _ in BAD.values()]),
        st.just(Rejected(3, "broken-utf-8", "byte 1 of the line is not UTF-8")),
    ),
    max_size=25,
)


@given(st.lists(RECORDS, min_size=1, max_size=3))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_in_whatever_order_is_counted_and_the_log_stays_sound(
    small_importer: Importer, files: list[list[Record]]
) -> None:
    importer = small_importer
    for records in files:
        before, aside = importer.size, len(importer.rejects)
        counts = importer.take(records)
        assert counts.read == len(records)
        assert counts.rejected == len(importer.rejects) - aside
        assert importer.size == before + counts.accepted
    again = [importer.take(records) for records in files]
    assert not [counts for counts in again if counts.accepted]
    ids = [one.event_id for one in importer.store.events_before(INSTITUTION, None, 1000)]
    assert len(ids) == len(set(ids)) == importer.size

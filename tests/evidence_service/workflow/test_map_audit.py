"""The independent audit of the loan map: an honest log is signed, every lie is refused with the entry that it is in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evidence_service.adapters.map_audit_file import load_memory, save_memory
from evidence_service.core.commitment import commit, digests
from evidence_service.core.leaf import leaf_bytes
from evidence_service.core.loan_map import LoanState, map_root
from evidence_service.core.map_audit import parse_map_audit
from evidence_service.core.map_leaf import MapLeaf, map_leaf_bytes
from evidence_service.core.map_replay import ReplayError
from evidence_service.core.merkle import leaf_hash
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from evidence_service.core.tiles import TileError
from evidence_service.errors import EvidenceError
from evidence_service.map_audit_command import map_audit_command
from evidence_service.workflow.audit_map import AuditMemory, MapAuditResult, audit_map, checkpoint_of
from tests.evidence_service.core.loan_maps import reference
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.core.tile_logs import Files, tile_files, write_files
from tests.evidence_service.examples import INSTITUTION, NOW, event

LOG = TestKey("log.example.test/sample-cf")
AUDITOR = TestKey("auditor.example.test")
DIGESTS = digests(commit(event(), bytes(32)))


class Lender:
    """Writes a log entry by entry, truly or not, and signs whatever it wrote."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self.loans: dict[str, LoanState] = {}

    def event(self, loan: int, at: datetime = NOW, **lies: Any) -> Lender:
        """The next event of a loan. `lies` are its `seq` or `prev` where they are not what they should be."""
        name = reference(loan)
        known = self.loans.get(name, LoanState(0, b""))
        seq, prev = lies.get("seq", known.count), lies.get("prev", known.last.hex())
        leaf = leaf_bytes(event(**lies.get("event", {})), name, seq, prev, at, DIGESTS)
        self.leaves.append(leaf)
        self.loans[name] = LoanState(seq + 1, leaf_hash(leaf))
        return self

    def events(self, *loans: int) -> Lender:
        for loan in loans:
            self.event(loan)
        return self

    def close(self, states: dict[str, LoanState] | None = None, **lies: Any) -> Lender:
        """The map entry, over `states` if those are not the true ones."""
        states = self.loans if states is None else states
        leaf = MapLeaf(INSTITUTION, len(self.leaves), len(states), map_root(states), NOW)
        self.leaves.append(map_leaf_bytes(replace(leaf, **lies)))
        return self

    def files(self, size: int | None = None) -> Files:
        return tile_files(self.leaves[:size], LOG)


def audit(files: Files, memory: AuditMemory | None = None) -> tuple[MapAuditResult, AuditMemory]:
    kept: list[AuditMemory] = []
    found = audit_map(files.get, [parse_vkey(LOG.vkey)], memory, kept.append, AUDITOR)
    return found, kept[-1]


def refuses(files: Files, match: str, memory: AuditMemory | None = None, error: type[Exception] = ReplayError) -> None:
    kept: list[AuditMemory] = []
    with pytest.raises(error, match=match):
        audit_map(files.get, [parse_vkey(LOG.vkey)], memory, kept.append, Unasked(AUDITOR.name))
    assert kept == []


class Unasked(TestKey):
    """A signer that must not be asked."""

    def sign_note(self, text: str) -> str:
        raise AssertionError(f"a signature was asked for {text}")


@pytest.fixture(scope="module")
def honest() -> Lender:
    """700 entries in three checkpoints."""
    lender = Lender()
    for end in (3, 400, 699):
        lender.events(*(number % 50 for number in range(len(lender.leaves), end))).close()
    return lender


def test_an_honest_log_is_signed_as_it_was_found(honest: Lender) -> None:
    found, memory = audit(honest.files())
    note = parse_note(found.note.encode())
    assert verify_ed25519(note, parse_vkey(AUDITOR.vkey))
    said = parse_map_audit(note.text)
    assert (said.checkpoint.origin, said.checkpoint.size) == (LOG.name, len(honest.leaves))
    assert said.map_root == map_root(honest.loans)
    assert (found.read, found.loans) == (len(honest.leaves), 50)
    assert checkpoint_of(memory) == said.checkpoint


@pytest.mark.parametrize("first", [4, 401])
def test_the_next_audit_reads_only_what_is_new_and_signs_the_same(honest: Lender, first: int) -> None:
    _, memory = audit(honest.files(first))
    files = honest.files()
    read: list[str] = []

    def fetch(path: str) -> bytes | None:
        read.append(path)
        return files.get(path)

    found = audit_map(fetch, [parse_vkey(LOG.vkey)], memory, lambda _: None, AUDITOR)
    assert found.read == len(honest.leaves) - first
    assert found.note == audit(files)[0].note
    bundles = [path for path in read if path.startswith("tile/entries")]
    assert len(bundles) == 3 - first // 256


def test_an_audit_of_the_same_checkpoint_again_signs_the_same_note(honest: Lender) -> None:
    found, memory = audit(honest.files())
    again, kept = audit(honest.files(), memory)
    assert (again.note, again.read) == (found.note, 0)
    assert kept == memory


def test_a_map_entry_that_no_checkpoint_ended_in_is_checked_like_any_other() -> None:
    """A publisher crashed after the map entry; events came before the next checkpoint."""
    lender = Lender().events(1, 2).close().events(1).close()
    assert audit(lender.files())[0].loans == 2
    refuses(Lender().events(1, 2).close({}, loans=2).events(1).close().files(), "entry 2: the map entry says root")


def test_an_event_left_out_in_the_middle_is_named() -> None:
    lender = Lender().events(1, 2, 1, 1, 2).close()
    dropped = Lender()
    dropped.leaves = [*lender.leaves[:2], *lender.leaves[3:-1]]
    dropped.close(lender.loans)
    refuses(dropped.files(), "entry 2: number 2 of its loan, where number 1 must come")


def test_an_event_left_out_at_the_end_is_noticed_by_the_map() -> None:
    lender = Lender().events(1, 2, 1)
    true = dict(lender.loans)
    lender.leaves.pop()
    refuses(lender.close(true).files(), "entry 2: the map entry says root .* The map lies about the log")


def test_a_map_that_hides_an_event_that_is_in_the_log_is_refused() -> None:
    """The consistent lie: package, map entry and proof agree with each other, and only the log does not."""
    lender = Lender().events(1, 2, 1)
    hidden = dict(lender.loans)
    lender.event(1)
    refuses(lender.close(hidden).files(), "entry 4: the map entry says root")


def test_a_map_that_knows_a_loan_too_many_or_too_few_is_refused() -> None:
    lender = Lender().events(1, 2)
    refuses(lender.close(lender.loans | {reference(9): LoanState(1, bytes(32))}).files(), "says 3 loans; the log has 2")
    lender = Lender().events(1, 2)
    refuses(lender.close({reference(1): lender.loans[reference(1)]}).files(), "says 1 loans; the log has 2")


def test_an_older_map_is_refused() -> None:
    lender = Lender().events(1, 2).close()
    older = dict(lender.loans)
    refuses(lender.event(1).close(older).files(), "entry 4: the map entry says root")


def test_a_log_that_does_not_end_in_its_map_is_refused() -> None:
    refuses(Lender().events(1, 2).close().event(1).files(), "entry 3 is the last, but no map entry")
    refuses(Lender().events(1, 2).files(), "entry 1 is the last, but no map entry")


def test_a_map_entry_of_another_place_is_refused() -> None:
    refuses(Lender().events(1, 2).close(size=5).files(), "entry 2: a map entry that says it covers 5 entries")
    refuses(Lender().events(1, 2).close().close().files(), "entry 3: a map entry although nothing was logged since")


@pytest.mark.parametrize(
    ("lies", "match"),
    [
        ({"seq": 2, "prev": "11" * 32}, "entry 2: number 2 of its loan, where number 1 must come"),
        ({"seq": 0, "prev": ""}, "entry 2: number 0 of its loan, where number 1 must come"),
        ({"prev": "11" * 32}, "entry 2: does not name the entry of its loan before it"),
        ({"at": NOW - timedelta(seconds=1)}, "entry 2: captured before the entry that precedes it"),
    ],
)
def test_an_entry_that_does_not_follow_is_named(lies: dict[str, Any], match: str) -> None:
    at = lies.pop("at", NOW)
    lender = Lender().events(1, 2).event(1, at, **lies)
    lies["at"] = at
    refuses(lender.close().files(), match)


def test_an_entry_out_of_form_or_of_another_institution_is_named() -> None:
    lender = Lender().events(1)
    lender.leaves.append(b'{"kind":"other"}')
    refuses(lender.close().files(), "entry 1: a log entry has exactly the members")
    other = Lender().event(1).event(2, event={"institution": "other-cf"})
    refuses(other.close().files(), "entry 1: another institution")


# The auditor's own memory.


def test_a_log_that_went_back_is_refused(honest: Lender) -> None:
    _, memory = audit(honest.files())
    refuses(honest.files(401), "the log went back: it shows 401 entries, and this auditor read 700", memory)


def test_a_log_that_forked_below_what_was_read_is_refused(honest: Lender) -> None:
    _, memory = audit(Lender().events(1, 2, 3).close().files())
    fork = Lender().events(1, 3, 2).close().events(1, 1).close()
    refuses(fork.files(), "the log forked: its first 4 entries are not those", memory)
    refuses(Lender().events(1, 3, 2).close().files(), "the log forked", memory)
    # A fork that goes on where the auditor stopped is told by the tree, not by what is new in it.
    longer = Lender().events(1, 2, 3).close()
    longer.leaves[0:2] = [longer.leaves[1], longer.leaves[0]]
    refuses(longer.event(1).close().files(), "the log forked", memory)


def test_the_memory_of_one_log_does_not_serve_another(honest: Lender) -> None:
    _, memory = audit(honest.files())
    refuses(honest.files(), "this state is about the log log.example/else", replace(memory, origin="log.example/else"))


def test_a_memory_that_was_altered_is_refused(honest: Lender) -> None:
    _, memory = audit(honest.files(401))
    name = reference(7)
    loans = {**memory.replay.loans, name: LoanState(99, bytes(32))}
    refuses(
        honest.files(),
        "own state does not give the map root",
        replace(memory, replay=replace(memory.replay, loans=loans)),
    )
    peaks = (bytes(32), *memory.replay.peaks[1:])
    refuses(honest.files(), "the log forked", replace(memory, replay=replace(memory.replay, peaks=peaks)))


def test_the_memory_survives_its_file(honest: Lender, tmp_path: Path) -> None:
    _, memory = audit(honest.files())
    file = tmp_path / "auditor" / "state"
    assert load_memory(file) is None
    for _ in range(2):
        save_memory(file, memory)
        assert load_memory(file) == memory
    assert [path.name for path in file.parent.iterdir()] == ["state"]


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:-70],
        lambda raw: raw + raw.splitlines(keepends=True)[-1],
        lambda raw: raw.replace(b"proofdocket.map-auditor/v1", b"something else/v1"),
        lambda raw: raw.replace(b'"size":700', b'"size":7000'),
        lambda raw: raw.replace(b'"loans":50', b'"loans":51'),
        lambda raw: raw.replace(b" 14 ", b" -4 "),
        lambda raw: raw.replace(b'"origin"', b'"Origin"'),
        lambda _: b"",
    ],
)
def test_a_state_file_out_of_form_is_refused(honest: Lender, tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    file = tmp_path / "state"
    save_memory(file, audit(honest.files())[1])
    raw = file.read_bytes()
    assert change(raw) != raw
    file.write_bytes(change(raw))
    with pytest.raises(EvidenceError):
        audit(honest.files(), load_memory(file))


# The source.


def test_a_checkpoint_that_the_log_did_not_sign_is_refused(honest: Lender) -> None:
    files = honest.files()
    files["checkpoint"] = files["checkpoint"].replace(b"\n700\n", b"\n699\n")
    refuses(files, "not signed by the log's key", error=TileError)


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/188", "tile/0/001"])
def test_a_file_that_was_changed_or_is_missing_is_named(honest: Lender, path: str) -> None:
    files = honest.files()
    raw = files[path]
    files[path] = raw[:40] + bytes([raw[40] ^ 1]) + raw[41:]
    refuses(
        files, path if "entries" in path else "the tiles do not give the root|is not what the tiles", error=TileError
    )
    del files[path]
    refuses(files, f"{path} is missing", error=TileError)


# The command.


def run(folder: Path, *more: str, vkeys: Sequence[str] = (LOG.vkey,)) -> Any:
    options = ["--from", str(folder / "tiles"), "--key", str(folder / "key.pem"), "--name", "audit.example"]
    options += ["--state", str(folder / "state"), "-o", str(folder / "note"), "--json", *more]
    for vkey in vkeys:
        options += ["--log-vkey", vkey]
    return CliRunner().invoke(map_audit_command, options)


def test_the_command_writes_a_note_by_the_auditors_own_key(honest: Lender, tmp_path: Path) -> None:
    write_files(tmp_path / "tiles", honest.files(401))
    first = run(tmp_path)
    assert first.exit_code == 0, first.output
    answer = json.loads(first.stdout)
    assert (answer["tree_size"], answer["read"], answer["loans"]) == (401, 401, 50)
    note = parse_note((tmp_path / "note").read_bytes())
    assert verify_ed25519(note, parse_vkey(answer["auditor"]))
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
    write_files(tmp_path / "tiles", honest.files())
    second = json.loads(run(tmp_path).stdout)
    assert (second["tree_size"], second["read"]) == (700, 299)
    assert second["auditor"] == answer["auditor"]
    write_files(tmp_path / "tiles", honest.files(401))
    third = run(tmp_path)
    assert third.exit_code == 1
    assert json.loads(third.stdout)["error"]["code"] == "map-audit-refused"
    assert parse_map_audit(parse_note((tmp_path / "note").read_bytes()).text).checkpoint.size == 700


def test_the_command_refuses_a_log_of_another_key(honest: Lender, tmp_path: Path) -> None:
    write_files(tmp_path / "tiles", honest.files())
    refused = run(tmp_path, vkeys=[TestKey("log.example.test/other").vkey])
    assert refused.exit_code == 1
    assert not (tmp_path / "note").exists()
    assert not (tmp_path / "state").exists()

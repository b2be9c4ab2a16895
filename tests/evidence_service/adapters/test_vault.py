"""The contract of `ports.Vault`: originals by content address, encrypted, synced, re-hashed, healed, erased."""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from evidence_service.adapters import file_vault
from evidence_service.adapters.file_vault import FileVault
from evidence_service.adapters.sql_subject_keys import SqlSubjectKeys
from evidence_service.database import open_database
from evidence_service.errors import NotFoundError, StoreError
from evidence_service.ports import SubjectErasedError
from tests.evidence_service.adapters.logs import open_keys

CONTENT = "借款合同 the contract, as an original, and a name: 侯英𬱖".encode()
DIGEST = sha256(CONTENT).hexdigest()
LENDER, OTHER = "sample-cf", "other-cf"
ANNA, BODO = "borrower:B1", "guarantor:G1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "vault"


@pytest.fixture
def keys(engine: Engine) -> SqlSubjectKeys:
    return open_keys(engine)


@pytest.fixture
def vault(folder: Path, engine: Engine, keys: SqlSubjectKeys) -> FileVault:
    return FileVault(folder, engine, keys)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM original_key")).scalar_one())


def erase(vault: FileVault, keys: SqlSubjectKeys, subject: str) -> int:
    ids = keys.ids_of(LENDER, subject)
    keys.destroy(LENDER, subject)
    return vault.erase(LENDER, ids)


@given(st.binary(max_size=2000))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_back_under_their_digest(vault: FileVault, content: bytes) -> None:
    vault.put(LENDER, [ANNA], content)
    assert vault.get(LENDER, sha256(content).hexdigest()) == content


def test_no_byte_of_an_original_lies_in_the_clear(vault: FileVault, folder: Path) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    (path,) = files(folder)
    assert path.name.startswith(DIGEST)
    for start in range(0, len(CONTENT) - 8):
        assert CONTENT[start : start + 8] not in path.read_bytes()


def test_storing_the_same_bytes_again_changes_nothing(vault: FileVault, folder: Path, engine: Engine) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    (path,) = files(folder)
    before = path.stat()
    vault.put(LENDER, [ANNA], CONTENT, CONTENT)
    assert files(folder) == [path]
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert rows(engine) == 1


def test_an_original_is_readable_by_its_owner_only(vault: FileVault, folder: Path) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    (path,) = files(folder)
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize("digest", ["0" * 64, "", "ab", DIGEST.upper(), "../" * 10 + "etc/passwd", DIGEST + "\n"])
def test_a_digest_without_an_original_is_not_found(vault: FileVault, digest: str) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    with pytest.raises(NotFoundError):
        vault.get(LENDER, digest)


def test_another_institution_does_not_find_it(vault: FileVault, folder: Path) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    with pytest.raises(NotFoundError):
        vault.get(OTHER, DIGEST)
    vault.put(OTHER, [ANNA], CONTENT)
    assert vault.get(OTHER, DIGEST) == CONTENT
    assert len(files(folder)) == 2


def test_every_changed_byte_of_a_ciphertext_is_noticed_and_the_original_named(vault: FileVault, folder: Path) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    (path,) = files(folder)
    sealed = path.read_bytes()
    for at in range(len(sealed)):
        path.write_bytes(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        with pytest.raises(StoreError, match=f"original {DIGEST} was changed in the vault"):
            vault.get(LENDER, DIGEST)
    for cut in (b"", sealed[:-1], sealed + b"x"):
        path.write_bytes(cut)
        with pytest.raises(StoreError, match="was changed in the vault"):
            vault.get(LENDER, DIGEST)


def test_ciphertexts_that_changed_places_are_noticed(vault: FileVault, folder: Path) -> None:
    vault.put(LENDER, [ANNA], CONTENT, b"another original")
    one, two = files(folder)
    mine, other = one.read_bytes(), two.read_bytes()
    one.write_bytes(other)
    two.write_bytes(mine)
    with pytest.raises(StoreError, match="was changed in the vault"):
        vault.get(LENDER, DIGEST)


def test_a_sealed_key_that_was_changed_is_named(vault: FileVault, engine: Engine) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    with engine.begin() as connection:
        connection.execute(text("UPDATE original_key SET sealed = :other"), {"other": bytes(60)})
    with pytest.raises(StoreError, match=f"key of original {DIGEST} was changed"):
        vault.get(LENDER, DIGEST)


def test_a_damaged_original_is_written_anew_when_it_is_brought_again(vault: FileVault, folder: Path) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    (path,) = files(folder)
    path.write_bytes(b"half of")
    vault.put(LENDER, [ANNA], CONTENT)
    assert vault.get(LENDER, DIGEST) == CONTENT
    assert files(folder) == [path]


def test_sixteen_threads_that_bring_the_same_original_all_succeed(folder: Path, sqlite_engine: Engine) -> None:
    keys = open_keys(sqlite_engine)
    vault = FileVault(folder, sqlite_engine, keys)

    def bring(number: int) -> None:
        vault.put(LENDER, [f"borrower:{number % 3}"], b"original %d" % (number % 4))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(bring, range(96)))
    assert len(files(folder)) == 4
    assert not [path for path in files(folder) if path.name.startswith(".")]
    for number in range(4):
        assert vault.get(LENDER, sha256(b"original %d" % number).hexdigest()) == b"original %d" % number


def test_a_write_that_did_not_happen_leaves_a_key_that_the_next_put_uses(
    vault: FileVault, folder: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full after the key was stored: nothing is acknowledged, nothing can be read, nothing is doubled."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("evidence_service.adapters.file_vault.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            vault.put(LENDER, [ANNA], CONTENT)
    with pytest.raises(NotFoundError):
        vault.get(LENDER, DIGEST)
    vault.put(LENDER, [ANNA], CONTENT)
    assert vault.get(LENDER, DIGEST) == CONTENT
    assert rows(engine) == 1
    assert all(CONTENT[:12] not in path.read_bytes() for path in files(folder))


def test_a_write_that_happened_and_was_not_told_is_found_by_the_next_put(
    vault: FileVault, folder: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the rename, before the answer."""

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        folder.mkdir(parents=True)
        (folder / DIGEST[:2]).mkdir()
        patched.setattr(file_vault, "_sync_folder", killed)
        with pytest.raises(KeyboardInterrupt):
            vault.put(LENDER, [ANNA], CONTENT)
    (path,) = files(folder)
    before = path.stat().st_mtime_ns
    vault.put(LENDER, [ANNA], CONTENT)
    assert path.stat().st_mtime_ns == before
    assert rows(engine) == 1
    assert vault.get(LENDER, DIGEST) == CONTENT


def test_two_subjects_share_one_file_and_erasing_one_keeps_it_for_the_other(
    vault: FileVault, folder: Path, keys: SqlSubjectKeys, engine: Engine
) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    vault.put(LENDER, [BODO], CONTENT)
    assert len(files(folder)) == 1
    assert vault.erasable(LENDER, keys.ids_of(LENDER, ANNA)) == (0, 1)
    assert erase(vault, keys, ANNA) == 0
    assert vault.get(LENDER, DIGEST) == CONTENT
    assert vault.erasable(LENDER, keys.ids_of(LENDER, BODO)) == (1, 0)
    assert erase(vault, keys, BODO) == 1
    assert files(folder) == []
    assert rows(engine) == 0
    with pytest.raises(NotFoundError):
        vault.get(LENDER, DIGEST)


def test_an_original_whose_only_subject_is_erased_cannot_be_read_even_before_its_file_is_deleted(
    vault: FileVault, folder: Path, keys: SqlSubjectKeys
) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    keys.destroy(LENDER, ANNA)
    assert len(files(folder)) == 1
    with pytest.raises(SubjectErasedError):
        vault.get(LENDER, DIGEST)


def test_an_erasure_that_was_cut_off_after_the_file_is_completed_by_the_next(
    vault: FileVault, folder: Path, keys: SqlSubjectKeys, engine: Engine
) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    (path,) = files(folder)
    path.unlink()
    assert erase(vault, keys, ANNA) == 1
    assert rows(engine) == 0
    assert vault.erase(LENDER, keys.ids_of(LENDER, ANNA)) == 0


def test_what_is_brought_again_after_an_erasure_has_a_key_of_its_own(
    vault: FileVault, folder: Path, keys: SqlSubjectKeys
) -> None:
    vault.put(LENDER, [ANNA], CONTENT)
    erase(vault, keys, ANNA)
    vault.put(LENDER, [ANNA], CONTENT)
    assert vault.get(LENDER, DIGEST) == CONTENT
    assert len(files(folder)) == 1


def test_an_original_belongs_to_somebody(vault: FileVault) -> None:
    with pytest.raises(StoreError, match="at least one subject"):
        vault.put(LENDER, [], CONTENT)


def test_a_put_beside_an_erasure_loses_nothing(
    folder: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another subject's put comes exactly between the look at who else holds it and the deletion: it must wait."""
    keys = open_keys(sqlite_engine)
    vault = FileVault(folder, sqlite_engine, keys)
    vault.put(LENDER, [ANNA], CONTENT)
    ids = keys.ids_of(LENDER, ANNA)
    keys.destroy(LENDER, ANNA)
    second = FileVault(folder, open_database(str(sqlite_engine.url)), keys)
    remove: Callable[[Path], None] = file_vault._remove
    with ThreadPoolExecutor(1) as pool:
        waiting = []

        def removing(path: Path) -> None:
            waiting.append(pool.submit(second.put, LENDER, [BODO], CONTENT))
            remove(path)

        monkeypatch.setattr(file_vault, "_remove", removing)
        vault.erase(LENDER, ids)
        waiting[0].result(30)
    assert second.get(LENDER, DIGEST) == CONTENT

"""The contract of `ports.Vault`: originals by content address, synced, re-hashed, healed."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_service.adapters.file_vault import FileVault
from evidence_service.errors import NotFoundError, StoreError
from evidence_service.ports import Vault

CONTENT = "借款合同 the contract, as an original".encode()
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "vault"


@pytest.fixture
def vault(folder: Path) -> Vault:
    return FileVault(folder)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@given(st.binary(max_size=2000))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_back_under_their_digest(vault: Vault, content: bytes) -> None:
    vault.put(content)
    assert vault.get(sha256(content).hexdigest()) == content


def test_storing_the_same_bytes_again_changes_nothing(vault: Vault, folder: Path) -> None:
    vault.put(CONTENT)
    (path,) = files(folder)
    before = path.stat()
    vault.put(CONTENT)
    assert files(folder) == [path]
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_original_is_readable_by_its_owner_only(vault: Vault, folder: Path) -> None:
    vault.put(CONTENT)
    (path,) = files(folder)
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize("digest", ["0" * 64, "", "ab", DIGEST.upper(), "../" * 10 + "etc/passwd", DIGEST + "\n"])
def test_a_digest_without_an_original_is_not_found(vault: Vault, digest: str) -> None:
    vault.put(CONTENT)
    with pytest.raises(NotFoundError):
        vault.get(digest)


def test_every_changed_byte_of_an_original_is_noticed(vault: Vault, folder: Path) -> None:
    vault.put(CONTENT)
    (path,) = files(folder)
    for at in range(len(CONTENT)):
        path.write_bytes(CONTENT[:at] + bytes([CONTENT[at] ^ 1]) + CONTENT[at + 1 :])
        with pytest.raises(StoreError, match="was changed in the vault"):
            vault.get(DIGEST)
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="was changed in the vault"):
        vault.get(DIGEST)


def test_a_damaged_original_is_written_anew_when_it_is_brought_again(vault: Vault, folder: Path) -> None:
    vault.put(CONTENT)
    (path,) = files(folder)
    path.write_bytes(b"half of")
    vault.put(CONTENT)
    assert vault.get(DIGEST) == CONTENT


def test_sixteen_threads_that_bring_the_same_original_all_succeed(vault: Vault, folder: Path) -> None:
    def bring(number: int) -> None:
        vault.put(b"original %d" % (number % 4))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(bring, range(200)))
    assert len(files(folder)) == 4
    assert not [path for path in files(folder) if path.name.startswith(".")]


def test_a_write_that_was_cut_off_leaves_no_original(vault: Vault, folder: Path) -> None:
    """What a crash leaves is a temporary file: no digest names it, and the next put succeeds."""
    (folder / DIGEST[:2]).mkdir(parents=True)
    (folder / DIGEST[:2] / ".half").write_bytes(CONTENT[:10])
    with pytest.raises(NotFoundError):
        vault.get(DIGEST)
    vault.put(CONTENT)
    assert vault.get(DIGEST) == CONTENT

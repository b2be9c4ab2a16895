"""The contract of `ports.Signer`: a key in a file, made once, kept to its owner, and noticed when it is damaged."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from evidence_service.adapters.key_files import KeyFileSigner, LogKeySigner
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.cosignature import signed_by
from evidence_service.core.note import ED25519, ML_DSA_44, parse_note, parse_vkey, verify_ed25519
from evidence_service.errors import SettingsError
from evidence_service.ports import Signer

NAME = "log.example/sample-cf"
TEXT = "log.example/sample-cf\n7\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "sample-cf.log.pem"


def test_what_it_signs_verifies_with_its_verifier_key(path: Path) -> None:
    signer: Signer = KeyFileSigner(path, NAME)
    note = parse_note(signer.sign_note(TEXT).encode())
    assert note.text == TEXT
    assert parse_vkey(signer.vkey).name == NAME
    assert verify_ed25519(note, parse_vkey(signer.vkey))


def test_the_key_is_made_once_and_found_afterwards(path: Path) -> None:
    first = KeyFileSigner(path, NAME)
    assert KeyFileSigner(path, NAME).vkey == first.vkey
    assert KeyFileSigner(path, NAME).sign_note(TEXT) == first.sign_note(TEXT)
    assert KeyFileSigner(path.with_name("other.pem"), NAME).vkey != first.vkey


def test_a_key_is_readable_by_its_owner_only_and_nothing_else_is_left_in_its_folder(path: Path) -> None:
    KeyFileSigner(path, NAME)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_sixteen_threads_that_make_the_same_key_end_with_the_same_one(path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = {signer.vkey for signer in pool.map(lambda _: KeyFileSigner(path, NAME), range(16))}
    assert made == {KeyFileSigner(path, NAME).vkey}
    assert list(path.parent.iterdir()) == [path]


def test_a_key_with_a_passphrase_is_encrypted_and_needs_it(path: Path) -> None:
    first = KeyFileSigner(path, NAME, b"open sesame")
    assert b"ENCRYPTED" in path.read_bytes()
    assert KeyFileSigner(path, NAME, b"open sesame").vkey == first.vkey
    for wrong in (None, b"", b"another"):
        with pytest.raises(SettingsError, match="PROOFDOCKET_KEY_PASSPHRASE"):
            KeyFileSigner(path, NAME, wrong)


def test_a_key_file_that_is_damaged_or_of_another_kind_is_a_settings_error_that_names_it(path: Path) -> None:
    KeyFileSigner(path, NAME)
    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for content in (b"", b"not a key", path.read_bytes()[:60], other):
        path.write_bytes(content)
        with pytest.raises(SettingsError, match=r"sample-cf\.log\.pem"):
            KeyFileSigner(path, NAME)


@pytest.mark.parametrize("name", ["", "log example", "log+example", "log.example/\n"])
def test_a_name_that_no_note_can_hold_is_refused_before_a_key_is_made(path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="cannot name a key"):
        KeyFileSigner(path, name)
    assert not path.exists()


def test_a_log_signs_with_both_its_keys_ed25519_first(path: Path) -> None:
    signer = LogKeySigner(path, NAME)
    text = Checkpoint(NAME, 7, bytes(32)).text()
    note = parse_note(signer.sign_note(text).encode())
    keys = [parse_vkey(signer.vkey), parse_vkey(signer.mldsa_vkey)]
    assert [key.algorithm for key in keys] == [ED25519, ML_DSA_44]
    assert [(line.name, line.key_id) for line in note.signatures] == [(NAME, key.key_id) for key in keys]
    assert all(signed_by(note, key) for key in keys)
    assert verify_ed25519(note, keys[0])  # a reader that knows only the first key
    assert LogKeySigner(path, NAME).mldsa_vkey == signer.mldsa_vkey


def test_the_second_key_lies_beside_the_first_and_is_guarded_alike(path: Path) -> None:
    first = LogKeySigner(path, NAME, b"open sesame")
    beside = path.with_name("sample-cf.log-mldsa.pem")
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    assert sorted(path.parent.iterdir()) == [beside, path]
    assert LogKeySigner(path, NAME, b"open sesame").mldsa_vkey == first.mldsa_vkey
    with pytest.raises(SettingsError, match="PROOFDOCKET_KEY_PASSPHRASE"):
        LogKeySigner(path, NAME)
    beside.write_bytes(path.read_bytes())
    with pytest.raises(SettingsError, match="ML-DSA-44"):
        LogKeySigner(path, NAME, b"open sesame")

"""The anchoring account: one private file, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.errors import SettingsError


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = ChainAccount.load_or_make(tmp_path)
    assert ChainAccount.load_or_make(tmp_path).address == first.address
    path = tmp_path / "keys" / "chain.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["chain.key"]


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    account = ChainAccount.load_or_make(tmp_path)
    key = (tmp_path / "keys" / "chain.key").read_text().strip()
    assert key not in repr(account)
    assert repr(account) == f"ChainAccount({account.address})"


@pytest.mark.parametrize("text", ["", "00" * 32, "ff" * 32, "0x" + "11" * 32, "11" * 31, "钥匙"])
def test_a_damaged_key_file_is_named_without_its_content(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "chain.key").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"chain\.key holds no chain key") as caught:
        ChainAccount.load_or_make(tmp_path)
    assert not text or text not in str(caught.value)


def test_the_address_is_the_known_one_of_a_known_key() -> None:
    """EIP-55 spelling; the well-known key 1."""
    assert ChainAccount(bytes(31) + b"\x01").address == "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"

"""`trust keygen, sign, install, show, check, forget` and `verify --issuer`: a court's trust file from draft to use."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence_service import trust_commands, verify_commands
from evidence_service.core.trust import TrustError
from evidence_service.core.trust_json import trust_bytes
from evidence_service.core.trust_note import TrustRollbackError
from evidence_service.verifier import trust_store
from evidence_service.verifier.trust_store import TrustStore
from tests.evidence_service.verify.instances import Instance, make_instance
from tests.evidence_service.verify.world import NOW
from web.cli import main

LENDER = make_instance("lender")


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (trust_commands, verify_commands):
        monkeypatch.setattr(module, "clock_now", lambda: NOW)
    monkeypatch.delenv("PROOFDOCKET_KEY_PASSPHRASE", raising=False)


def run(home: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *(str(one) for one in arguments)])


def answer(home: Path, *arguments: object, code: int = 0) -> dict[str, Any]:
    result = run(home, *arguments, "--json")
    assert result.exit_code == code, result.output
    value = json.loads(result.stdout)
    assert isinstance(value, dict)
    return value


def draft(folder: Path, version: int = 1, one: Instance = LENDER, **changes: Any) -> Path:
    """What a court types: keys as plain verifier keys, empty things left out."""
    trust = one.trust()
    log, chain = trust.logs[0], trust.chains[0]
    value = {
        "version": version,
        "issuer": "样例市中级人民法院",
        "expires_at": "2027-06-01T00:00:00Z",
        "logs": [
            {
                "institution": log.institution,
                "credit_code": log.credit_code,
                "origin": log.origin,
                "keys": [log.vkey],
                "package_keys": [log.package_vkey],
                "log_ids": list(log.log_ids),
            }
        ],
        "chains": [
            {
                "chain_id": chain.chain_id,
                "genesis": chain.genesis,
                "contract": chain.contract,
                "code_hash": chain.code_hash,
                "grade": "self-run",
                "confirmations": 3,
            }
        ],
        "witnesses": [pin.vkey for pin in trust.witnesses],
        "quorum": 2,
        "auditors": [{"vkey": LENDER.auditor.vkey, "name": "Auditing office"}],
        "authorities": [{"name": "TSA", "certificate": base64.b64encode(one.authority.root.der).decode()}],
        "courts": [{"name": "The court", "chain_id": 31337, "address": "0x" + "ab" * 20}],
        "required": [1, 2, 3, 4, 5, 6, 7, 9, 10],
    }
    path = folder / f"draft-{version}.json"
    path.write_text(json.dumps(value | changes, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def issuer(folder: Path, name: str = "court.example/trust", file: str = "court.key") -> str:
    vkey = answer(folder, "trust", "keygen", name, "--key", folder / file)["issuer_vkey"]
    assert isinstance(vkey, str)
    return vkey


def signed(folder: Path, version: int = 1, *, key: str = "court.key", **changes: Any) -> Path:
    out = folder / f"trust-{version}.note"
    answer(folder, "trust", "sign", draft(folder, version, **changes), "--key", folder / key, "-o", out)
    return out


def package(folder: Path) -> Path:
    path = folder / "package.zip"
    path.write_bytes(LENDER.package)
    return path


def test_a_court_signs_a_file_and_a_reader_verifies_with_it(tmp_path: Path) -> None:
    vkey = issuer(tmp_path)
    trust = signed(tmp_path)
    report = answer(tmp_path, "verify", package(tmp_path), "--trust", trust, "--issuer", vkey)
    assert report["result"] == "passed"
    assert report["trust"] == {
        "issuer": "样例市中级人民法院",
        "issuer_vkey": vkey,
        "version": 1,
        "standing": "verified",
    }
    shown = run(tmp_path, "verify", package(tmp_path), "--trust", trust, "--issuer", vkey, "--lang", "zh").stdout
    assert "自 2026-01-05T04:04:04Z 起未被改动" in shown
    assert "已核实" in shown


def test_without_an_issuer_the_report_says_that_nobody_verified_him(tmp_path: Path) -> None:
    issuer(tmp_path)
    trust = signed(tmp_path)
    assert answer(tmp_path, "verify", package(tmp_path), "--trust", trust)["trust"]["standing"] == "signed"
    assert "NOT verified" in run(tmp_path, "verify", package(tmp_path), "--trust", trust).stdout


def test_a_file_by_another_issuer_stops_verify_with_a_clear_error(tmp_path: Path) -> None:
    issuer(tmp_path)
    trust = signed(tmp_path)
    other = issuer(tmp_path, file="other.key")
    refused = answer(tmp_path, "verify", package(tmp_path), "--trust", trust, "--issuer", other, code=2)
    assert refused["error"]["code"] == "trust-issuer"
    assert (
        answer(tmp_path, "verify", package(tmp_path), "--issuer", other, code=2)["error"]["code"] == "trust-malformed"
    )


def test_an_installed_file_counts_without_being_named(tmp_path: Path) -> None:
    vkey = issuer(tmp_path)
    assert answer(tmp_path, "verify", package(tmp_path), code=2)["trust"] is None
    installed = answer(tmp_path, "trust", "install", signed(tmp_path), "--issuer", vkey)
    assert (installed["version"], installed["standing"]) == (1, "verified")
    assert answer(tmp_path, "verify", package(tmp_path))["trust"]["standing"] == "verified"


def test_the_first_installation_needs_the_issuer_s_key_and_a_signature(tmp_path: Path) -> None:
    vkey = issuer(tmp_path)
    assert answer(tmp_path, "trust", "install", signed(tmp_path), code=1)["error"]["code"] == "trust-issuer"
    bare = tmp_path / "bare.json"
    bare.write_bytes(trust_bytes(LENDER.trust()))
    assert answer(tmp_path, "trust", "install", bare, "--issuer", vkey, code=1)["error"]["code"] == "trust-issuer"
    assert not TrustStore(tmp_path).path.exists()


def test_an_older_edition_is_refused_by_install_and_by_verify(tmp_path: Path) -> None:
    vkey = issuer(tmp_path)
    old, new = signed(tmp_path, 1), signed(tmp_path, 2)
    answer(tmp_path, "trust", "install", new, "--issuer", vkey)
    assert answer(tmp_path, "trust", "install", old, code=1)["error"]["code"] == "trust-rollback"
    for arguments in ((), ("--issuer", vkey)):
        refused = answer(tmp_path, "verify", package(tmp_path), "--trust", old, *arguments, code=2)
        assert refused["error"]["code"] == "trust-rollback"
    assert answer(tmp_path, "trust", "show")["version"] == 2


def test_another_issuer_is_refused_until_the_first_is_let_go(tmp_path: Path) -> None:
    vkey = issuer(tmp_path)
    answer(tmp_path, "trust", "install", signed(tmp_path), "--issuer", vkey)
    stranger = issuer(tmp_path, file="stranger.key")
    theirs = signed(tmp_path, 9, key="stranger.key")
    for arguments in ((), ("--issuer", stranger)):
        assert answer(tmp_path, "trust", "install", theirs, *arguments, code=1)["error"]["code"] == "trust-issuer"
    assert answer(tmp_path, "verify", package(tmp_path), "--trust", theirs, code=2)["error"]["code"] == "trust-issuer"
    assert answer(tmp_path, "trust", "forget") == {"removed": True}
    assert answer(tmp_path, "trust", "forget") == {"removed": False}
    assert answer(tmp_path, "trust", "install", theirs, "--issuer", stranger)["version"] == 9


def test_the_issuer_changes_his_key_by_naming_the_next_one(tmp_path: Path) -> None:
    vkey, later = issuer(tmp_path), issuer(tmp_path, file="next.key")
    answer(tmp_path, "trust", "install", signed(tmp_path, 1, next_issuer_vkey=later), "--issuer", vkey)
    early = signed(tmp_path, 1, key="next.key")
    refused = answer(tmp_path, "verify", package(tmp_path), "--trust", early, "--issuer", later, code=2)
    assert refused["error"]["code"] == "trust-rollback"  # another file under the number that was installed
    answer(tmp_path, "trust", "install", signed(tmp_path, 2, key="next.key"))
    assert answer(tmp_path, "trust", "show")["issuer_vkey"] == later
    assert answer(tmp_path, "trust", "install", signed(tmp_path, 3), code=1)["error"]["code"] == "trust-issuer"


def test_a_file_signed_with_the_old_key_too_is_read_by_who_pinned_that_one(tmp_path: Path) -> None:
    vkey = issuer(tmp_path)
    issuer(tmp_path, file="next.key")
    out = tmp_path / "both.note"
    keys = ("--key", tmp_path / "next.key", "--key", tmp_path / "court.key")
    answer(tmp_path, "trust", "sign", draft(tmp_path), *keys, "-o", out)
    assert answer(tmp_path, "trust", "check", out, "--issuer", vkey)["standing"] == "verified"


@pytest.mark.parametrize(("lang", "words"), [("en", "run by the lender alone"), ("zh", "放贷机构自行运行")])
def test_show_explains_keys_grades_and_dates(tmp_path: Path, lang: str, words: str) -> None:
    vkey = issuer(tmp_path)
    shown = run(tmp_path, "trust", "show", signed(tmp_path), "--issuer", vkey, "--lang", lang).stdout
    assert words in shown
    for text in (LENDER.world.log.vkey, LENDER.world.package.vkey, "91350000MA0000000X", "Auditing office", "TSA"):
        assert text in shown
    assert "2027-06-01" in shown
    assert "0x" + "ab" * 20 in shown


def test_check_exits_2_for_a_file_out_of_term_or_of_an_unknown_issuer(tmp_path: Path) -> None:
    vkey = issuer(tmp_path)
    trust = signed(tmp_path)
    assert answer(tmp_path, "trust", "check", trust, "--issuer", vkey)["in_force"] == ""
    assert answer(tmp_path, "trust", "check", trust, code=2)["standing"] == "signed"
    old = signed(tmp_path, 2, issued_at="2026-01-01T00:00:00Z", expires_at="2026-05-01T00:00:00Z")
    answered = answer(tmp_path, "trust", "check", old, "--issuer", vkey, code=2)
    assert answered["in_force"] == "trust-expired"
    assert "expired" in {remark["code"] for remark in answered["remarks"]}
    assert answer(tmp_path, "trust", "check", code=1)["error"]["code"] == "trust-malformed"


def test_a_key_is_never_overwritten_and_a_missing_one_never_made_by_signing(tmp_path: Path) -> None:
    issuer(tmp_path)
    before = (tmp_path / "court.key").read_bytes()
    assert run(tmp_path, "trust", "keygen", "court.example/trust", "--key", tmp_path / "court.key").exit_code == 1
    assert (tmp_path / "court.key").read_bytes() == before
    (tmp_path / "court.key.vkey").write_text(LENDER.world.log.vkey)
    arguments = ("sign", draft(tmp_path), "--key", tmp_path / "court.key", "-o", tmp_path / "x")
    assert "is not the key" in run(tmp_path, "trust", *arguments).stderr
    (tmp_path / "court.key.vkey").unlink()
    assert "missing" in run(tmp_path, "trust", *arguments).stderr
    assert not (tmp_path / "x").exists()


def test_the_issuer_s_key_is_encrypted_where_a_passphrase_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROOFDOCKET_KEY_PASSPHRASE", "open sesame")
    vkey = issuer(tmp_path)
    assert b"ENCRYPTED" in (tmp_path / "court.key").read_bytes()
    assert answer(tmp_path, "trust", "check", signed(tmp_path), "--issuer", vkey)["standing"] == "verified"


def test_an_installation_that_fails_leaves_the_old_file_and_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vkey = issuer(tmp_path)
    store = TrustStore(tmp_path)
    store.install(signed(tmp_path, 1).read_bytes(), vkey)
    second = signed(tmp_path, 2).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.install(second)
    present = store.installed()
    assert present is not None
    assert present.version == 1  # it did not happen
    assert sorted(path.name for path in store.path.parent.iterdir()) == [".lock", "installed.trust"]

    def told_nothing(_: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(trust_store, "_sync", told_nothing)
        with pytest.raises(OSError, match="Input/output"):
            store.install(second)
    present = store.installed()
    assert present is not None
    assert present.version == 2  # it happened and we were not told
    assert store.install(second).version == 2


def test_two_installations_at_once_never_end_with_the_older_one(tmp_path: Path) -> None:
    vkey = issuer(tmp_path)
    store = TrustStore(tmp_path)
    store.install(signed(tmp_path, 1).read_bytes(), vkey)
    editions = [signed(tmp_path, version).read_bytes() for version in range(2, 8)]

    def install(raw: bytes) -> None:
        try:
            TrustStore(tmp_path).install(raw)
        except TrustRollbackError:
            return

    threads = [threading.Thread(target=install, args=(raw,)) for raw in editions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    present = store.installed()
    assert present is not None
    assert present.version == 7


def test_a_damaged_installed_file_is_an_error_and_never_no_trust(tmp_path: Path) -> None:
    vkey = issuer(tmp_path)
    store = TrustStore(tmp_path)
    store.install(signed(tmp_path).read_bytes(), vkey)
    store.path.write_bytes(store.path.read_bytes().replace(b'"quorum":2', b'"quorum":1'))
    with pytest.raises(TrustError, match="altered"):
        store.installed()
    assert answer(tmp_path, "verify", package(tmp_path), code=2)["error"]["code"] == "trust-signature"


def test_a_file_that_is_no_trust_file_by_its_size_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"x" * 1_000_001)
    assert "larger than a megabyte" in run(tmp_path, "trust", "show", large).stderr

"""The contract of `ports.SubjectKeys`, on SQLite and on PostgreSQL, and what the files hold after a destruction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from evidence_service.adapters import sql_subject_keys
from evidence_service.adapters.kek_file import kek_from
from evidence_service.adapters.sql_subject_keys import open_key_file, open_subject_keys
from evidence_service.adapters.tables_subject_keys import subject_key
from evidence_service.core.sealing import KEY_BYTES, SealBrokenError
from evidence_service.errors import NotFoundError, SettingsError, StoreError
from evidence_service.ports import SubjectErasedError, SubjectKeys
from tests.evidence_service.adapters.logs import ingest, make_log, open_keys, open_store
from tests.evidence_service.examples import INSTITUTION

WHO = "borrower:B0001"


def wraps(home: Path) -> list[bytes]:
    """Every wrapped key of an instance on SQLite, as it stands in the file."""
    engine = open_key_file(home / "subject-keys.db")
    with engine.connect() as connection:
        found = [bytes(one) for one in connection.execute(select(subject_key.c.wrapped)).scalars()]
    engine.dispose()
    return found


def copy_of(home: Path) -> bytes:
    """Every byte of every file in the home, as a copy would hold them."""
    return b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


@pytest.fixture
def keys(engine: Engine) -> SubjectKeys:
    return open_keys(engine)


def test_a_subject_has_one_key_that_stays_the_same_also_after_a_restart(keys: SubjectKeys, engine: Engine) -> None:
    made = keys.keys_for(INSTITUTION, [WHO, "borrower:B0002"])
    assert len({one.key for one in made.values()}) == len({one.id for one in made.values()}) == 2
    assert all(len(one.key) == KEY_BYTES for one in made.values())
    again = open_keys(engine)
    assert again.key_of(INSTITUTION, WHO) == keys.key_of(INSTITUTION, WHO) == made[WHO]
    assert again.keys_for(INSTITUTION, [WHO]) == {WHO: made[WHO]}
    assert again.ids_of(INSTITUTION, WHO) == (made[WHO].id,)
    assert again.by_id([made[WHO].id]) == {made[WHO].id: made[WHO].key}


def test_the_same_subject_of_another_institution_has_another_key(keys: SubjectKeys) -> None:
    first, second = (keys.keys_for(name, [WHO])[WHO] for name in (INSTITUTION, "other-cf"))
    assert first.key != second.key


def test_a_subject_nobody_knows_is_not_found_and_an_id_nobody_made_is_a_store_error(keys: SubjectKeys) -> None:
    with pytest.raises(NotFoundError):
        keys.key_of(INSTITUTION, WHO)
    with pytest.raises(StoreError, match=r"restore subject-keys\.db"):
        keys.by_id([77])
    assert keys.ids_of(INSTITUTION, WHO) == ()
    assert not keys.destroy(INSTITUTION, WHO)


def test_a_destroyed_key_is_gone_for_everybody_also_for_whoever_holds_it_in_memory(
    keys: SubjectKeys, engine: Engine
) -> None:
    other_process = open_keys(engine)
    made = other_process.keys_for(INSTITUTION, [WHO])[WHO]
    sealed = other_process.seal_for(INSTITUTION, WHO, b"original", b"place")
    assert keys.destroy(INSTITUTION, WHO)
    for one in (keys, other_process, open_keys(engine)):
        assert one.by_id([made.id]) == {made.id: None}
        with pytest.raises(SubjectErasedError):
            one.key_of(INSTITUTION, WHO)
        with pytest.raises(SubjectErasedError):
            one.open_for(sealed, b"place")
    assert not keys.destroy(INSTITUTION, WHO)


def test_what_is_logged_after_an_erasure_has_a_key_of_its_own(keys: SubjectKeys) -> None:
    old = keys.keys_for(INSTITUTION, [WHO])[WHO]
    keys.destroy(INSTITUTION, WHO)
    new = keys.keys_for(INSTITUTION, [WHO])[WHO]
    assert new.key != old.key
    assert keys.ids_of(INSTITUTION, WHO) == (old.id, new.id)
    assert keys.by_id([old.id, new.id]) == {old.id: None, new.id: new.key}


def test_other_bytes_open_at_their_place_only(keys: SubjectKeys) -> None:
    sealed = keys.seal_for(INSTITUTION, WHO, b"original", b"vault/ab")
    assert keys.open_for(sealed, b"vault/ab") == b"original"
    assert b"original" not in sealed
    for wrong, place in ((sealed, b"vault/ac"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"vault/ab")):
        with pytest.raises(SealBrokenError):
            keys.open_for(wrong, place)
    for cut in (b"", sealed[:7], b"\xff" * 40):
        with pytest.raises(SealBrokenError):
            keys.open_for(cut, b"vault/ab")


def test_sixteen_threads_that_ask_for_the_same_subjects_get_the_same_keys(engine: Engine) -> None:
    doors = [open_keys(engine) for _ in range(4)]
    subjects = [f"borrower:{number}" for number in range(60)]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda at: doors[at % 4].keys_for(INSTITUTION, subjects[at:] + subjects[:at]), range(16)))
    assert all(one == found[0] for one in found)
    assert len({key.key for key in found[0].values()}) == 60


def test_no_more_keys_are_held_in_memory_than_the_bound(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_subject_keys, "CACHED_KEYS", 10)
    keys = open_keys(engine)
    subjects = [f"borrower:{number}" for number in range(1200)]
    made = keys.keys_for(INSTITUTION, subjects)
    assert keys.keys_for(INSTITUTION, subjects) == made
    assert keys.cached <= 10


def test_no_name_of_a_subject_stands_in_the_keys_file(sqlite_engine: Engine, tmp_path: Path) -> None:
    keys = open_keys(sqlite_engine)
    keys.keys_for(INSTITUTION, [WHO])
    assert WHO.encode() not in copy_of(tmp_path)
    assert keys.key_of(INSTITUTION, WHO).key not in copy_of(tmp_path)


@pytest.mark.parametrize("count", [1, 40, 3000])
def test_after_a_destruction_no_copy_of_the_home_holds_the_wrapped_key(
    sqlite_engine: Engine, tmp_path: Path, count: int
) -> None:
    store = open_store(sqlite_engine)
    make_log(store)
    ingest(store, 5)
    keys = store.keys
    for start in range(0, count, 700):  # several transactions: pages split, the journal is used
        keys.keys_for(INSTITUTION, [f"borrower:X{number}" for number in range(start, min(start + 700, count))])
    before = wraps(tmp_path)
    assert all(copy_of(tmp_path).count(one) == 1 for one in before[:50])
    for subject in ("borrower:B0001", "borrower:X0", f"borrower:X{count // 2}"):
        keys.destroy(INSTITUTION, subject)
    gone = set(before) - set(wraps(tmp_path))
    assert len(gone) == len({"borrower:B0001", "borrower:X0", f"borrower:X{count // 2}"})
    copy = copy_of(tmp_path)
    assert not any(one in copy for one in gone)
    assert all(one in copy for one in set(before) - gone)


def test_a_copy_that_the_file_itself_kept_elsewhere_is_found_and_cleaned(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = open_keys(sqlite_engine)
    keys.keys_for(INSTITUTION, [WHO])
    engine = open_key_file(tmp_path / "subject-keys.db")
    with engine.connect() as connection:  # a stale copy in a free page, as a database without secure_delete leaves it
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
        connection.exec_driver_sql("CREATE TABLE stray AS SELECT wrapped FROM subject_key")
        connection.exec_driver_sql("DROP TABLE stray")
        connection.commit()
    engine.dispose()
    (wrapped,) = wraps(tmp_path)
    assert copy_of(tmp_path).count(wrapped) == 2
    keys.destroy(INSTITUTION, WHO)
    assert wrapped not in copy_of(tmp_path)


def test_the_row_on_postgresql_no_longer_holds_the_wrapped_key(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        return
    keys = open_keys(engine)
    keys.keys_for(INSTITUTION, [WHO])
    keys.destroy(INSTITUTION, WHO)
    with engine.connect() as connection:
        assert set(bytes(connection.execute(text("SELECT wrapped FROM subject_key")).scalar_one())) == {0}


def test_the_key_encryption_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "kek.key"
    key = kek_from(path, None)()
    assert len(key) == KEY_BYTES
    assert kek_from(path, None)() == kek_from(path, b"set later")() == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_with_a_passphrase_the_file_does_not_hold_the_key_and_only_that_passphrase_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "kek.key"
    key = kek_from(path, b"correct horse")()
    assert key.hex().encode() not in path.read_bytes()
    assert kek_from(path, b"correct horse")() == key
    for wrong in (b"wrong", None):
        with pytest.raises(SettingsError, match="PROOFDOCKET_KEY_PASSPHRASE"):
            kek_from(path, wrong)()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b'{"kdf":"none","key":"AAAA","v":1}', b"\xff", b'{"kdf":"none"}']
)
def test_a_damaged_key_file_is_a_settings_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kek.key"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"kek\.key .*restore it from a backup"):
        kek_from(path, None)()


def test_keys_of_another_instance_do_not_open(sqlite_engine: Engine, tmp_path: Path) -> None:
    made = open_keys(sqlite_engine).keys_for(INSTITUTION, [WHO])[WHO]
    other = open_subject_keys(tmp_path, sqlite_engine, lambda: bytes(32))
    with pytest.raises(StoreError, match="not of the same instance"):
        other.by_id([made.id])

"""Parts of an event: each subject's fields under that subject's key; destroying one key hides exactly its fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine, text

from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.commitment import digests
from evidence_service.core.event import Event, event_from
from evidence_service.core.event_parts import joined_body, named_fields, parts_of
from evidence_service.core.leaf import parse_leaf
from evidence_service.ports import StoredEvent, SubjectErasedError
from evidence_service.workflow.ingest import ingest_batch
from evidence_service.workflow.prove import body_of, disclosures_of
from evidence_service.workflow.recheck import EntryChangedError
from tests.evidence_service.adapters.logs import make_log, open_store
from tests.evidence_service.examples import INSTITUTION, NOW, Randomness, event_value, payload_of

BORROWER, CONTACT, AGENT = "borrower:B0001", "contact:C0001", "agent:A0001"
OTHERS = {"subjects.1", "payload.contact_name", "payload.contact_phone", "payload.contact_relation"}


def application(subjects: list[str], **changes: Any) -> Event:
    payload = payload_of(CATALOGUE["application.submitted"], full=True)
    payload.update(contact_name="王五", contact_phone="13800000001", contact_relation="配偶")
    return event_from(event_value("application.submitted", id="E-1", subjects=subjects, payload=payload, **changes))


@pytest.fixture
def store(engine: Engine) -> SqlLogStore:
    made = open_store(engine)
    make_log(made)
    return made


def log(store: SqlLogStore, *events: Event, seed: bytes = b"parts") -> list[str]:
    made = ingest_batch(store, INSTITUTION, events, now=NOW, randomness=Randomness(seed))
    return [one.code or one.state for one in made]


def names(event: StoredEvent) -> set[str]:
    return {one.name for one in disclosures_of(event)}


def test_an_event_of_several_subjects_is_read_back_whole(store: SqlLogStore) -> None:
    event = application([BORROWER, CONTACT, AGENT])
    assert log(store, event) == ["accepted"]
    stored = store.event("E-1")
    assert stored.body == event.body
    assert len(stored.parts) == 3
    assert (stored.erased, stored.partly_erased) == (False, False)
    assert tuple(digests(disclosures_of(stored))) == parse_leaf(stored.leaf).digests
    assert OTHERS | {"subjects.0", "subjects.2", "payload.name"} <= names(stored)


def test_every_field_lies_in_exactly_one_part_and_the_parts_give_the_event() -> None:
    event = application([BORROWER, CONTACT, AGENT], corrects="E-0")
    parts = parts_of(event)
    fields = [{name for name, _ in named_fields(number, part.body)} for number, part in enumerate(parts)]
    assert [part.subject for part in parts] == [BORROWER, CONTACT, AGENT]
    assert fields[1:] == [OTHERS, {"subjects.2"}]
    assert not fields[0] & (OTHERS | {"subjects.2"})
    assert joined_body([part.body for part in parts]) == event.body


def test_no_body_holds_the_other_ones_data_under_the_wrong_key(store: SqlLogStore) -> None:
    log(store, application([BORROWER, CONTACT]))
    first, second = store.event("E-1").parts
    assert "王五".encode() not in (first.body or b"")
    assert CONTACT.encode() not in (first.body or b"")
    assert "王五".encode() in (second.body or b"")
    assert first.secret != second.secret


def test_erasing_the_second_subject_hides_exactly_its_fields(store: SqlLogStore) -> None:
    log(store, application([BORROWER, CONTACT, AGENT]))
    before = names(store.event("E-1"))
    assert store.keys.destroy(INSTITUTION, CONTACT)
    stored = store.event("E-1")
    assert (stored.erased, stored.partly_erased) == (False, True)
    assert before - names(stored) == OTHERS
    body = json.loads(body_of(stored))
    assert body["subjects"] == [BORROWER, None, AGENT]
    assert not any(name.startswith("contact_") for name in body["payload"])
    assert body["payload"]["name"] == "王小明"


def test_erasing_the_first_subject_hides_everything_but_the_others_fields(store: SqlLogStore) -> None:
    log(store, application([BORROWER, CONTACT]))
    assert store.keys.destroy(INSTITUTION, BORROWER)
    stored = store.event("E-1")
    assert stored.erased
    assert stored.body is stored.secret is None
    assert names(stored) == OTHERS
    with pytest.raises(SubjectErasedError):
        body_of(stored)
    store.keys.destroy(INSTITUTION, CONTACT)
    with pytest.raises(SubjectErasedError):
        disclosures_of(store.event("E-1"))


@pytest.mark.parametrize("who", [BORROWER, CONTACT])
def test_an_id_seen_again_after_an_erasure_is_a_duplicate_that_says_so(store: SqlLogStore, who: str) -> None:
    event = application([BORROWER, CONTACT])
    assert log(store, event) == ["accepted"]
    assert log(store, event, seed=b"again") == ["duplicate"]
    store.keys.destroy(INSTITUTION, who)
    assert log(store, event, seed=b"after") == ["erased"]
    assert store.log(INSTITUTION).size == 1
    assert len(store.keys.ids_of(INSTITUTION, who)) == 1  # nothing was logged, so no new key was made


def test_without_subjects_the_loan_is_the_subject(store: SqlLogStore) -> None:
    value = event_value(id="E-1", subjects=None)
    log(store, event_from(value))
    assert store.keys.key_of(INSTITUTION, f"loan:{value['loan']}").id == store.event("E-1").key_id
    store.keys.destroy(INSTITUTION, f"loan:{value['loan']}")
    assert store.event("E-1").erased


def test_a_part_that_was_taken_away_is_noticed(store: SqlLogStore, engine: Engine) -> None:
    log(store, application([BORROWER, CONTACT]))
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE event_part DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER event_part_no_delete"))
        connection.execute(text("DELETE FROM event_part"))
        connection.commit()
    with pytest.raises(EntryChangedError, match="body or secret of entry 0 was changed"):
        disclosures_of(store.event("E-1"))


def test_no_plain_value_of_an_event_stands_in_any_table(store: SqlLogStore, engine: Engine) -> None:
    log(store, application([BORROWER, CONTACT]))
    with engine.connect() as connection:
        for table in ("event", "event_part", "entry"):
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                written = b"".join(one if isinstance(one, bytes) else str(one).encode() for one in map(plain, row))
                for value in ("王小明", "王五", "13800000001", BORROWER, CONTACT, "staff:17"):
                    assert value.encode() not in written


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value

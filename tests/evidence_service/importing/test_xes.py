"""XES logs: the same events as from CSV, hostile XML refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_service.core.event import event_from
from evidence_service.importing import ImportFileError, Record, load_profile, read_events
from tests.evidence_service.importing.files import accepted, rejected, written

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <string key="concept:name" value="financial log"/>
  <trace>
    <date key="REG_DATE" value="2011-10-01T00:38:44.546+02:00"/>
    <string key="concept:name" value="173688"/>
    <string key="AMOUNT_REQ" value="20000"/>
"""
EVENT = """    <event>
      <string key="org:resource" value="112"/>
      <string key="lifecycle:transition" value="COMPLETE"><string key="nested" value="x"/></string>
      <string key="concept:name" value="{activity}"/>
      <date key="time:timestamp" value="2011-10-01T00:38:44.546+02:00"/>
    </event>
"""
TAIL = "  </trace>\n</log>\n"


def read(folder: Path, text: str | bytes, name: str = "t.xes") -> list[Record]:
    content = text.encode() if isinstance(text, str) else text
    return list(read_events(written(folder, name, content), load_profile("bpic12")))


@pytest.mark.parametrize("name", ["t.xes", "t.xes.gz"])
def test_xes_and_csv_give_the_same_events(tmp_path: Path, name: str) -> None:
    text = HEAD + EVENT.format(activity="A_SUBMITTED") + EVENT.format(activity="W_Valideren aanvraag") + TAIL
    csv = (
        "case_id,event_idx,activity,lifecycle,resource,timestamp,amount_req,reg_date\n"
        "173688,0,A_SUBMITTED,COMPLETE,112,2011-10-01T00:38:44.546+02:00,20000,2011-10-01T00:38:44.546+02:00\n"
        "173688,1,W_Valideren aanvraag,COMPLETE,112,2011-10-01T00:38:44.546+02:00,20000,2011-10-01T00:38:44.546+02:00\n"
    )
    from_csv = list(read_events(written(tmp_path, "t.csv", csv.encode()), load_profile("bpic12")))
    from_xes = accepted(read(tmp_path, text, name))
    assert [record.event for record in from_xes] == [record.event for record in accepted(from_csv)]
    assert [record.line for record in from_xes] == [10, 16]
    assert len(from_xes) == 2
    for record in from_xes:
        assert record.event is not None
        event_from(record.event)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE log SYSTEM "file:///etc/passwd">',
        "<!DOCTYPE log>",
    ],
)
def test_a_document_type_declaration_is_refused(tmp_path: Path, doctype: str) -> None:
    with pytest.raises(ImportFileError, match=r"t\.xes, line 2: a document type"):
        read(tmp_path, HEAD.replace("?>\n", f"?>\n{doctype}", 1) + TAIL)


def test_an_undeclared_entity_ends_the_reading_in_words(tmp_path: Path) -> None:
    text = HEAD + EVENT.format(activity="A_SUBMITTED") + EVENT.format(activity="&boom;") + TAIL
    records = read(tmp_path, text)
    assert len(accepted(records)) == 1
    assert rejected(records) == [(19, "broken-xml")]


def test_xml_that_breaks_off_keeps_the_events_before(tmp_path: Path) -> None:
    records = read(tmp_path, HEAD + EVENT.format(activity="A_SUBMITTED") + "    <event><str")
    assert len(accepted(records)) == 1
    assert rejected(records) == [(16, "broken-xml")]


def test_what_is_not_xes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="not an XES log"):
        read(tmp_path, "<html></html>")
    with pytest.raises(ImportFileError, match="not XML"):
        read(tmp_path, "id,what\n1,2\n")


def test_broken_utf8_costs_one_event(tmp_path: Path) -> None:
    bad = EVENT.format(activity="A_DECLINED").encode().replace(b'"112"', b'"\xff\xfe"')
    good = EVENT.format(activity="A_SUBMITTED").encode()
    records = read(tmp_path, HEAD.encode() + bad + good + TAIL.encode())
    assert rejected(records) == [(10, "broken-utf-8")]
    assert len(accepted(records)) == 1


def test_a_huge_attribute_costs_one_event(tmp_path: Path) -> None:
    bad = EVENT.format(activity="A_DECLINED").replace('"112"', f'"{"x" * 5_000_000}"')
    records = read(tmp_path, HEAD + bad + EVENT.format(activity="A_SUBMITTED") + TAIL)
    assert rejected(records) == [(10, "row-too-large")]
    assert len(accepted(records)) == 1


def test_an_endless_tag_ends_the_reading(tmp_path: Path) -> None:
    text = HEAD + EVENT.format(activity="A_SUBMITTED") + '<event><string key="x" value="' + "y" * 20_000_000
    records = read(tmp_path, text)
    assert len(accepted(records)) == 1
    assert [code for _, code in rejected(records)] == ["row-too-large"]


def test_latin1_logs_are_read_in_their_encoding(tmp_path: Path) -> None:
    text = HEAD.replace("UTF-8", "ISO-8859-1") + EVENT.format(activity="A_SUBMITTED").replace("112", "Zoë") + TAIL
    (record,) = accepted(read(tmp_path, text.encode("latin-1")))
    assert record.event is not None
    assert record.event["actor"]["id"] == "Zoë"


def test_an_unmapped_activity_is_rejected_with_its_line(tmp_path: Path) -> None:
    assert rejected(read(tmp_path, HEAD + EVENT.format(activity="X_NEW") + TAIL)) == [(10, "unmapped-activity")]

"""Posts, access log, registers and files: who looked is on record, no cell is a formula, every list is whole."""

from __future__ import annotations

import csv
import io
import json
import re

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from evidence_service.database import writing
from tests.web.compliance.conftest import NOBODY
from tests.web.legal.conftest import LENDER, OTHER, Lender, client_of
from web import compliance_access, compliance_rows
from web.compliance_csv import MARK, csv_bytes, safe_cell
from web.compliance_pdf import shown
from web.compliance_posts import person_mark


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0", "＝1", "\ufeff=1", "\n=HYPERLINK(1)"],
)
def test_a_cell_that_could_be_a_formula_is_a_text(value: str) -> None:
    assert safe_cell(value) == f"'{value}"


@pytest.mark.parametrize(
    ("value", "cell"), [(-3, "-3"), (0.25, "0.25"), (None, ""), ("SCF=1", "SCF=1"), (True, "True")]
)
def test_numbers_and_plain_texts_stay_what_they_are(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_a_csv_holds_line_breaks_quotes_and_commas_as_one_cell() -> None:
    raw = csv_bytes(["a"], [['x,"y"\nz'], ["王"]])
    assert raw.decode().startswith(MARK)
    rows = list(csv.reader(io.StringIO(raw.decode().removeprefix(MARK), newline="")))
    assert rows == [["a"], ['x,"y"\nz'], ["王"]]


def test_key_posts_count_nobody_and_never_judge_him(reader: Lender, officer: FlaskClient) -> None:
    page = officer.get("/compliance/posts?post=approver&indicator=self_dealing").text
    assert f"{NOBODY} acts name nobody" in page
    assert "<svg" in page
    held = officer.get("/compliance/posts/holder?person=nobody").text
    assert "counted, never judged" in held
    assert "somebody should look" not in held
    assert officer.get("/compliance/posts/holder?person=0000").status_code == 404


def test_a_person_is_shown_with_his_breaches_and_stands_in_the_record_as_a_digest(
    reader: Lender, officer: FlaskClient
) -> None:
    kept = reader.instance.compliance.store.run(LENDER)
    assert kept is not None
    actor, mine = next(iter(kept.body["accountable"].items()))
    mark = person_mark(LENDER, actor)
    page = officer.get(f"/compliance/posts/holder?person={mark}").text
    assert f"<h1>{actor}</h1>" in page
    for told in mine.values():
        assert f"/compliance/findings/{LENDER}/{told['findings'][0]}" in page
    newest = reader.instance.identity._accesses.newest(5)
    assert any(row.object == f"person {mark}" for row in newest)
    assert not any(actor in row.object for row in newest)


def test_the_access_log_is_filtered_paged_and_bounded(lender: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = lender.instance.identity
    identity.note("account:somebody", "page:loan", "loan 1", OTHER, "x")
    for number in range(5):
        identity.note("account:reader", "page:loan", f"loan {number}", LENDER, "legal: proceedings 7/26")
    monkeypatch.setattr(compliance_access, "PAGE", 2)
    client = client_of(lender, "compliance")
    place, seen = "/compliance/access?who=account:reader&purpose=7/26", []
    while place:
        page = client.get(place).text
        seen += re.findall(r"loan \d", page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        place = older.group(1).replace("&amp;", "&") if older else ""
    assert seen == ["loan 4", "loan 3", "loan 2", "loan 1", "loan 0"]
    assert "account:somebody" not in client.get("/compliance/access?who=account:somebody").text.split("</form>")[-1]
    assert client.get("/compliance/access?since=2001-01-01&until=2001-01-02").text.count("No access like that") == 1


def test_registers_show_what_was_erased_restricted_and_disclosed_without_a_name(lender: Lender) -> None:
    values = {
        "institution": LENDER,
        "reason": "retention-expired",
        "state": "started",
        "loans": json.dumps(["L-1"]),
        "events": 12,
        "originals": 2,
        "copies": json.dumps([{"kind": "backup", "place": "?", "digest": "", "known": False}]),
        "started_at": "2026-05-01T00:00:00Z",
    }
    with writing(lender.engine) as connection:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO erasure ({names}) VALUES ({marks})"), values)
        held = {"i": LENDER, "s": "borrower:B000001", "at": "2026-05-02T00:00:00Z"}
        connection.execute(text("INSERT INTO restriction VALUES (:i, :s, 'dispute', NULL, :at)"), held)
    lender.instance.identity.note("operator:a", "disclose", "entry 4: payload.amount", LENDER, "court order 5")
    page = client_of(lender, "compliance").get("/compliance/registers").text
    for said in (
        "retention-expired",
        "not finished",
        "1 of them nobody can list",
        "dispute",
        "payload.amount",
        "court order 5",
    ):
        assert said in page
    assert "B000001" not in page
    assert "court order 5" in client_of(lender, "regulator").get("/compliance/registers").text


def test_each_list_comes_as_csv_and_json_with_the_same_rows(
    reader: Lender, officer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compliance_rows, "STEP", 10)
    total = sum(reader.instance.compliance.store.sums(LENDER).values())
    for name in ("findings", "posts", "checkpoints", "erasures", "disclosures"):
        told = officer.get(f"/compliance/export?what={name}&form=json")
        rows = json.loads(told.data)["rows"]
        table = officer.get(f"/compliance/export?what={name}&form=csv").data.decode().removeprefix(MARK)
        lines = list(csv.reader(io.StringIO(table, newline="")))[1:]
        assert len(lines) == len(rows), name
        assert name != "findings" or len({row["finding"] for row in rows}) == total
    assert officer.get("/compliance/export?what=borrowers").status_code == 400


def test_an_exported_access_log_runs_nothing(lender: Lender) -> None:
    lender.instance.identity.note("account:x", "page:loan", '=HYPERLINK("http://x.example")', LENDER, "@SUM(A1)")
    client = client_of(lender, "compliance")
    table = client.get("/compliance/export?what=access&form=csv&who=account:x").data.decode().removeprefix(MARK)
    row = next(csv.DictReader(io.StringIO(table, newline="")))
    assert (row["object"], row["purpose"]) == ('\'=HYPERLINK("http://x.example")', "'@SUM(A1)")


def test_the_right_to_export_is_not_the_right_to_see(reader: Lender) -> None:
    client = client_of(reader, "legal")
    for address in ("reports", "report.pdf", "export?what=findings", "export?what=access"):
        assert client.get(f"/compliance/{address}").status_code == 403, address


def test_the_report_is_a_pdf_in_either_language(officer: FlaskClient) -> None:
    for lang, title in (("zh", "合规报告"), ("en", "Compliance report")):
        answer = officer.get(f"/compliance/report.pdf?lang={lang}")
        assert answer.mimetype == "application/pdf"
        with pikepdf.open(io.BytesIO(answer.data)) as pdf:
            assert str(pdf.docinfo["/Title"]) == title
            assert len(pdf.pages) >= 2
    assert officer.get("/compliance/report.pdf?since=2026-02-01&until=2026-01-01").status_code == 400


def test_what_the_font_has_not_is_named_and_markup_is_text() -> None:
    assert shown("王\U000f0000<b>&") == "王[U+F0000]&lt;b&gt;&amp;"

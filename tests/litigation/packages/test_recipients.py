"""Packages for others than the court: what is withheld occurs nowhere in them, every proof holds, and papers say so."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evidence_service.core import container
from evidence_service.core.digest import sha256_hex
from evidence_service.core.package import FACTS, METADATA, PDF
from evidence_service.core.verify import verify_package, verify_twin
from evidence_service.verifier.pdf_attachment import embedded_evidence
from litigation.core.disclosure_cut import DisclosureLeakError, check_nothing_left
from litigation.core.disclosure_set import RecipientError, check_recipient, select
from litigation.core.filing import FilingRefusedError
from litigation.core.history import LoanHistory
from litigation.disclosure_book import disclosure_sets, read_sets
from litigation.errors import RulebookError
from litigation.workflow.build_package import BuiltPackage
from litigation.workflow.file_package import PackageCase, check_fileable
from tests.litigation.documents import cases
from tests.litigation.documents.reading import flat, opened
from tests.litigation.documents.test_pdfa import failures
from tests.litigation.packages.conftest import GUARANTOR, House
from tests.litigation.readiness.loans import history
from web.init_command import SAMPLE

OTHERS = ("mediator", "guarantor:1", "defendant:1")
WITHHELD: dict[str, tuple[str, ...]] = {
    "mediator": ("id_no", "household_address", "residence_address", "employer", "email", "ip", "device"),
    "guarantor:1": ("employer", "job_title", "ip", "device"),
    "defendant:1": ("ip", "device"),
}
"""Of the borrower's application; the guarantor gets the contract, and reads there what stands in it."""


@pytest.fixture(scope="module")
def packages(house: House) -> dict[str, BuiltPackage]:
    return {recipient: house.build(recipient) for recipient in OTHERS}


def application(house: House) -> dict[str, Any]:
    stored = house.lender.litigation.evidence.store.events_of_loan(SAMPLE, house.loan)
    event = next(one for one in stored if one.type == "application.submitted")
    payload: dict[str, Any] = json.loads(event.body or b"")["payload"]
    return payload


def everything(content: bytes, folder: Path) -> Iterator[tuple[str, str]]:
    """Every text that a package holds: members, disclosures decoded, streams of PDFs unpacked, text of pages."""
    for name, data in container.read(content).items():
        yield name, data.decode("utf-8", "ignore")
        yield name, data.decode("utf-16-be", "ignore")
        if name.endswith("disclosures.json"):
            yield name, "\n".join(_decoded(item) for item in json.loads(data))
        if data.startswith(b"%PDF-"):
            yield from _of_pdf(name, data, folder)
    twin = json.loads(embedded_evidence(container.read(content)[PDF]))
    for event in twin["events"]:
        yield "twin", "\n".join(_decoded(item) for item in event["disclosures"])


def _decoded(encoded: str) -> str:
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()


def _of_pdf(name: str, data: bytes, folder: Path) -> Iterator[tuple[str, str]]:
    for found in re.finditer(rb"stream\r?\n", data):
        try:
            text = zlib.decompressobj().decompress(data[found.end() :], 2_000_000)
        except zlib.error:
            continue
        yield name, text.decode("utf-8", "ignore")
        yield name, text.decode("utf-16-be", "ignore")
    if name != PDF:
        return
    path = folder / "read.pdf"
    path.write_bytes(data)
    answer = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=False)
    yield name, "".join(answer.stdout.split())


@pytest.mark.parametrize("recipient", OTHERS)
def test_what_is_withheld_occurs_nowhere_in_the_package(
    house: House, packages: dict[str, BuiltPackage], recipient: str, tmp_path: Path
) -> None:
    said = application(house)
    values = {name: "".join(said[name].split()) for name in WITHHELD[recipient]}
    if recipient != "guarantor:1":
        values |= {name: GUARANTOR[name] for name in ("phone", "id_no", "household_address", "employer")}
    if recipient == "mediator":
        del values["phone"]  # how to reach the parties is what a mediator needs
    for name, text in everything(packages[recipient].content, tmp_path):
        whole = "".join(text.split())
        assert [key for key, value in values.items() if value in whole] == [], name


def test_the_search_finds_the_same_values_in_the_courts_package(
    house: House, unsealed: BuiltPackage, tmp_path: Path
) -> None:
    """Or else the test above could not fail."""
    texts = ["".join(text.split()) for _, text in everything(unsealed.content, tmp_path)]
    said = application(house)
    for name in ("id_no", "household_address", "employer"):
        assert any("".join(said[name].split()) in text for text in texts), name
        assert any(GUARANTOR[name] in text for text in texts), name


@pytest.mark.parametrize("recipient", OTHERS)
def test_a_package_for_another_than_the_court_is_not_filed(
    house: House, packages: dict[str, BuiltPackage], recipient: str
) -> None:
    def case_of(_: str) -> PackageCase:
        return PackageCase("x:1", SAMPLE, draft=False)

    now = house.lender.litigation.evidence.now()
    with pytest.raises(FilingRefusedError, match=f"this package is for {recipient}") as refused:
        check_fileable(packages[recipient].content, case_of, now)
    assert refused.value.code == "filing-refused"


@pytest.mark.parametrize("recipient", OTHERS)
def test_every_proof_holds_and_the_checks_say_how_much_is_hidden(
    house: House, packages: dict[str, BuiltPackage], unsealed: BuiltPackage, recipient: str
) -> None:
    now = house.lender.litigation.evidence.now()
    report = verify_package(packages[recipient].content, None, None, now)
    court = verify_package(unsealed.content, None, None, now)
    assert [check.state for check in report.checks] == [check.state for check in court.checks]
    assert report.where == ()
    assert report.check(4).code == "disclosures-open-partly"
    hidden, less = (re.findall(r"(\d+) further digest", one.check(4).reason)[0] for one in (report, court))
    assert int(hidden) > int(less)
    twin = verify_twin(embedded_evidence(container.read(packages[recipient].content)[PDF]), None, None, now)
    assert twin.check(4).code == "disclosures-open-partly"


@pytest.mark.parametrize("recipient", OTHERS)
def test_manifest_name_and_paper_say_whose_package_it_is(packages: dict[str, BuiltPackage], recipient: str) -> None:
    members = container.read(packages[recipient].content)
    assert json.loads(members[METADATA])["recipient"] == recipient
    pdf = opened(members[PDF])
    assert "收件人Recipient" in flat(pdf.pages[0])
    assert failures(members[PDF], "3u") == []


def test_withheld_facts_are_empty_and_exhibits_keep_number_and_purpose_without_name_digest_or_content(
    packages: dict[str, BuiltPackage], unsealed: BuiltPackage
) -> None:
    members, court = container.read(packages["mediator"].content), container.read(unsealed.content)
    facts = {fact["key"]: fact for fact in json.loads(members[FACTS])}
    open_facts = {fact["key"]: fact for fact in json.loads(court[FACTS])}
    assert (facts["defendant.id_no"]["state"], facts["defendant.id_no"]["value"]) == ("withheld", "")
    assert facts["defendant.id_no"]["field"] == "payload.id_no"
    assert facts["defendant.name"] == open_facts["defendant.name"]
    assert facts["claim.total"] == open_facts["claim.total"]
    assert {key: fact["exhibit"] for key, fact in facts.items()} == {k: f["exhibit"] for k, f in open_facts.items()}
    assert not [name for name in members if name.startswith("data/originals/")]
    assert [name for name in court if name.startswith("data/originals/")]
    pdf = opened(members[PDF])
    texts = [text for text in (flat(page) for page in pdf.pages) if "证据说明页" in text]
    assert len(texts) >= 20
    assert all("未向本收件人披露" in text for text in texts)


def test_each_gets_its_own_originals(house: House, packages: dict[str, BuiltPackage]) -> None:
    def originals(recipient: str) -> set[str]:
        members = container.read(packages[recipient].content)
        return {name for name in members if name.startswith("data/originals/")}

    guarantee = f"data/originals/{sha256_hex(cases.contract_pdf(2))}.pdf"
    assert guarantee in originals("guarantor:1")
    assert guarantee not in originals("defendant:1")
    assert originals("guarantor:1") - originals("defendant:1") == {guarantee}
    assert not originals("mediator")


def test_a_co_borrower_gets_the_contract_and_its_own_joining_and_none_of_the_borrowers_papers() -> None:
    shown = ["contract.signed", "payment.received", "acceleration.reached", "coborrower.joined"]
    kept = ["application.submitted", "identity.verified", "face.verified", "credit.queried", "income.recorded"]
    told = history(*[(kind, {}) for kind in (*shown, *kept, "coborrower.joined", "contact.made")])
    second = select("defendant:2", date(2026, 10, 31), disclosure_sets(), told)
    assert [event.type for event in told.events if second.shows_originals(event)] == shown
    first = select("defendant:1", date(2026, 10, 31), disclosure_sets(), told)
    assert {event.type for event in told.events if first.shows_originals(event)} >= set(kept)


@pytest.mark.parametrize("text", ['张三"阿强"的住处', "C:\\借款\\身份证.jpg", "示例省岚山市\n保证路1号"])
def test_a_closed_value_that_json_writes_otherwise_is_found_all_the_same(text: str) -> None:
    with pytest.raises(DisclosureLeakError):
        check_nothing_left(json.dumps({"a": text}, ensure_ascii=False), "facts.json", frozenset({text}))


@pytest.mark.parametrize(
    "recipient", ["guarantor:2", "defendant:2", "defendant:0", "defendant", "bailiff", "court:1", ""]
)
def test_a_recipient_that_the_case_does_not_have_is_refused(house: House, recipient: str) -> None:
    with pytest.raises(RecipientError) as refused:
        select(check_recipient(recipient), date(2026, 10, 31), disclosure_sets(), LoanHistory(SAMPLE, "x", ()))
    assert refused.value.code == "recipient-unknown"


def test_a_closed_value_in_a_file_stops_the_package() -> None:
    check_nothing_left('{"a":"12000"}', "facts.json", frozenset({"12001", "x"}))
    with pytest.raises(DisclosureLeakError, match=r"facts\.json"):
        check_nothing_left('{"a":"示例省岚山市"}', "facts.json", frozenset({"示例省岚山市"}))


def test_before_a_set_is_in_force_nobody_but_nothing_is_shown() -> None:
    with pytest.raises(RecipientError, match="in force"):
        select("mediator", date(2021, 10, 31), disclosure_sets(), LoanHistory(SAMPLE, "x", ()))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('recipient = "mediator"', 'recipient = "neighbour"', "recipient one of"),
        ('personal = "none"', 'personal = "some"', "all, own or none"),
        ('"contract.signed", "cost', '"contract.singed", "cost', "no such event type"),
        ("reason_en", "reason_fr", "exactly"),
        ("from = 2021-11-01", 'from = "soon"', "from is a day"),
        ('recipient = "guarantor"', 'recipient = "mediator"', "one set for each"),
    ],
)
def test_a_wrong_set_is_named(old: str, new: str, problem: str) -> None:
    text = (Path(__file__).parents[3] / "litigation" / "templates" / "recipients.toml").read_text("utf-8")
    assert read_sets(text) == disclosure_sets()
    with pytest.raises(RulebookError, match=problem):
        read_sets(text.replace(old, new, 1))

"""A sealed package: everything a reader checks holds in the final file, and what it was before is recorded."""

from __future__ import annotations

import json
import shutil
import subprocess
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from evidence_service.core import container
from evidence_service.core.package import PDF
from evidence_service.core.verify import verify_package, verify_twin
from evidence_service.verifier.pdf_attachment import embedded_evidence
from litigation.adapters.seal_check import check_seal
from litigation.workflow.build_package import BuiltPackage
from litigation.workflow.seal_package import SealRefusedError, is_sealed, seal_of
from tests.litigation.documents.reading import bookmarks, flat, links, opened, page_text, runs
from tests.litigation.documents.test_pdfa import claim, failures
from tests.litigation.packages.conftest import HOSTILE, House
from web.init_command import SAMPLE


def states(content: bytes, house: House) -> list[tuple[int, str, str]]:
    report = verify_package(content, None, None, house.lender.litigation.evidence.now())
    return [(check.n, check.state.value, check.code) for check in report.checks]


def said(program: str, *arguments: str | Path) -> str:
    found = shutil.which(program)
    assert found, f"install {program}: tools/setup.sh does"
    return subprocess.run([found, *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def pdf(members: dict[str, bytes]) -> pikepdf.Pdf:
    return opened(members[PDF])


@pytest.fixture(scope="module")
def file(members: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sealed") / "bundle.pdf"
    path.write_bytes(members[PDF])
    return path


def test_a_sealed_package_verifies_as_the_unsealed_one_does(
    house: House, unsealed: BuiltPackage, sealed: BuiltPackage
) -> None:
    assert states(sealed.content, house) == states(unsealed.content, house)
    assert states(sealed.content, house)[1] == (2, "passed", "digests-match-own-key")
    twin = embedded_evidence(container.read(sealed.content)[PDF])
    report = verify_twin(twin, None, None, house.lender.litigation.evidence.now())
    assert all(check.state.value != "failed" for check in report.checks)


def test_only_the_pdf_and_what_names_its_digest_differ_and_the_unsealed_package_comes_back_byte_for_byte(
    house: House, unsealed: BuiltPackage, sealed: BuiltPackage, members: dict[str, bytes]
) -> None:
    before = container.read(unsealed.content)
    assert {name for name in members if members[name] != before[name]} == {
        PDF,
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha256.txt.note",
    }
    seen = seal_of(sealed.content, lambda text: house.lender.litigation.evidence.sign_package(SAMPLE, text))
    assert seen is not None
    assert seen.unsealed_sha256 == unsealed.sha256
    assert seen.unsealed_pdf_sha256 == unsealed.pdf_sha256
    assert (seen.holder, seen.sample, seen.timestamp) == ("样例消费金融有限公司", True, False)
    assert not is_sealed(unsealed.content, house.source().log.origin)


def test_the_same_inputs_give_the_same_unsealed_bytes_sealed_or_not(house: House, unsealed: BuiltPackage) -> None:
    house.lender.litigation.seal(unsealed)
    assert house.build().sha256 == unsealed.sha256


def test_pdfsig_pyhanko_qpdf_and_pdffonts_have_nothing_to_say_against_the_sealed_file(
    house: House, members: dict[str, bytes], file: Path
) -> None:
    verdict = check_seal(members[PDF], [house.key.certificate], [])
    assert verdict.holds
    assert verdict.trusted
    assert "Signature is Valid." in said("pdfsig", "-nocert", file)
    assert "Total document signed" in said("pdfsig", "-nocert", file)
    assert "No syntax or stream encoding errors" in said("qpdf", "--check", file)
    fonts = said("pdffonts", file).splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts)


def test_the_sealed_file_keeps_its_claim_to_pdf_a(members: dict[str, bytes]) -> None:
    assert claim(members[PDF]) == "3U"
    assert failures(members[PDF], "3u") == []


def test_index_bookmarks_labels_and_fact_links_are_true_in_the_sealed_file(pdf: pikepdf.Pdf) -> None:
    total = len(pdf.pages)
    labels = pdf.Root.PageLabels.Nums[1]
    assert (str(labels.S), int(labels.St)) == ("/D", 1)
    marks = bookmarks(pdf)
    exhibits = {title.split("　")[0]: page for title, page in marks if title.startswith("证据 ")}
    cover = next(page for title, page in marks if title == "诉讼材料")
    index = {target for page in pdf.pages[cover - 1 : marks[1][1] - 1] for _, target in links(pdf, _plain(page))}
    assert index == {page for title, page in marks if title not in ("诉讼材料", "证据材料")}
    cited = 0
    for number, page in enumerate(pdf.pages, 1):
        assert f"第{number}页共{total}页" in flat(page)
        targets = links(pdf, _plain(page))
        for run in runs(page):
            if run.text.startswith("[证"):
                which, shown = run.text.strip("[]").removeprefix("证").split("·p.")
                assert int(shown) == exhibits[f"证据 {which}"]
                assert any(box[0] <= run.x + 1 <= box[2] and target == int(shown) for box, target in targets)
                assert f"证据{which}第1／" in flat(pdf.pages[int(shown) - 1])
                cited += 1
    assert cited >= 8


def _plain(page: pikepdf.Page) -> pikepdf.Page:
    """The page without the field of the seal, which leads nowhere."""
    page.obj.Annots = pikepdf.Array([item for item in page.obj.get("/Annots", []) if item.Subtype == "/Link"])
    return page


def test_hostile_originals_get_a_sheet_that_says_so_and_stay_in_the_package(
    pdf: pikepdf.Pdf, members: dict[str, bytes]
) -> None:
    reasons = {
        "damaged.pdf": "已损坏",
        "encrypted.pdf": "已加密",
        "bomb.pdf": "异常庞大",
        "broken.jpg": "已损坏或过大",
        "call.mp3": "播放原始文件",
        "program.exe": "不能打印",
    }
    pages = {title: flat(pdf.pages[page - 1]) for title, page in bookmarks(pdf) if title.startswith("证据 ")}
    for name, (_, content) in HOSTILE.items():
        digest = sha256(content).hexdigest()
        sheet = next(text for title, text in pages.items() if name in title)
        assert reasons[name] in sheet
        assert digest in sheet
        (kept,) = [member for member in members if member.startswith(f"data/originals/{digest}.")]
        assert members[kept] == content


def test_both_events_are_logged_once_with_the_digests_before_and_after(
    house: House, unsealed: BuiltPackage, sealed: BuiltPackage, tmp_path: Path
) -> None:
    made = house.record(sealed, tmp_path / "p.zip")
    house.record(sealed, tmp_path / "p.zip")
    events = house.lender.litigation.evidence.store.events_of_loan(SAMPLE, house.loan)
    payloads: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        payloads.setdefault(event.type, []).append(json.loads(event.body or b"")["payload"])
    (built,), (seal,) = payloads["package.built"], payloads["package.sealed"]
    assert (built["package_digest"], built["pdf_digest"]) == (unsealed.sha256, unsealed.pdf_sha256)
    assert (seal["package_digest"], seal["pdf_digest"]) == (sealed.sha256, sealed.pdf_sha256)
    assert (seal["unsealed_package_digest"], seal["unsealed_pdf_digest"]) == (unsealed.sha256, unsealed.pdf_sha256)
    assert (seal["sample"], seal["timestamp"], seal["recipient"]) == (True, False, "court")
    assert house.lender.litigation.cases.package_by_digest(sealed.sha256).path == str(made.path)


def test_a_draft_is_not_sealed_and_a_changed_sealed_package_is_noticed(house: House, sealed: BuiltPackage) -> None:
    members = container.read(sealed.content)
    at = members[PDF].index(b"/Subject") + 12
    changed = members[PDF][:at] + bytes([members[PDF][at] ^ 1]) + members[PDF][at + 1 :]
    assert not check_seal(changed, [], []).holds
    assert states(container.build(members | {PDF: changed}), house)[1][1:] == ("failed", "digest-mismatch")
    metadata = members["data/package.json"].replace(b'"draft":false', b'"draft":true')
    draft = container.build(members | {"data/package.json": metadata})
    with pytest.raises(SealRefusedError, match="NOT FOR FILING"):
        house.lender.litigation.seal(BuiltPackage(f"{SAMPLE}:x", draft, "", 1, True))


def test_a_seal_stands_free_on_the_first_page(pdf: pikepdf.Pdf, members: dict[str, bytes]) -> None:
    fresh = pikepdf.open(BytesIO(members[PDF]))
    (field,) = [item for item in fresh.pages[0].obj.Annots if item.Subtype == "/Widget"]
    left, low, right, high = (float(value) for value in field.Rect)
    for run in runs(pdf.pages[0]):
        if run.text.strip():
            beside = run.x + run.width < left or run.x > right or run.y > high or run.y + run.size < low
            assert beside, page_text(pdf.pages[0])

"""PDF/A-3: the claim is kept where it is made, and not made where it would not be; judged by a validator of others."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zlib import compress

import page as validator
import pikepdf
import pytest
from PIL import Image, ImageCms

from evidence_service.verifier.pdf_attachment import embedded_evidence
from litigation.documents import FontSet, RenderedPackage, embed_evidence, render_package
from litigation.documents.srgb import srgb_profile
from tests.litigation.documents import cases, foreign
from tests.litigation.documents.reading import opened

TWIN = b'{"kind":"proofdocket.twin","v":1}'
RARE = "𬭎䶮㛃𬱖𱁬𫠠"


def failures(data: bytes, profile: str) -> list[str]:
    """Return what the validator objects to."""
    report = validator.validate_pdf_bytes(data, profile=validator.ValidationProfile(profile))
    assert report.rules.passed > 100
    return [f"{item.rule_id}: {item.message}" for item in report.failures]


def claim(data: bytes) -> str:
    """Return what the metadata claim: 3U, 3B, or nothing."""
    with opened(data).open_metadata() as metadata:
        return str(metadata.pdfa_status)


def with_exhibit(fonts: FontSet, content: bytes, media: str = "application/pdf") -> RenderedPackage:
    """Render the ordinary case with one exhibit."""
    exhibit = cases.exhibit(1, "证据", media, content, "file.bin")
    return render_package(cases.ordinary_case(exhibits=(exhibit,), facts=()), fonts)


@pytest.mark.parametrize("name", ["ordinary", "longest", "emptiest"])
def test_packages_claim_pdf_a_3u_and_keep_it(request: pytest.FixtureRequest, name: str) -> None:
    package: RenderedPackage = request.getfixturevalue(name)
    data = embed_evidence(package.pdf, TWIN)
    assert claim(data) == "3U"
    assert failures(data, "3u") == []
    assert opened(data).check_pdf_syntax() == []


def test_the_validator_notices_a_file_that_keeps_no_rule(ordinary: RenderedPackage) -> None:
    pdf = opened(ordinary.pdf)
    del pdf.Root.OutputIntents
    out = BytesIO()
    pdf.save(out)
    assert any("DEVICE-RGB" in failure for failure in failures(out.getvalue(), "3u"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (foreign.helvetica, ""),
        (foreign.press_inks, ""),
        (foreign.press_image, ""),
        (foreign.layered, ""),
        (foreign.scan, "3U"),
        (lambda: cases.contract_pdf(3), "3U"),
    ],
)
def test_a_page_of_others_is_shown_and_the_claim_is_what_it_allows(
    fonts: FontSet, content: object, expected: str
) -> None:
    assert callable(content)
    data = embed_evidence(with_exhibit(fonts, content()).pdf, TWIN)
    pdf = opened(data)
    assert "/Exhibit" in pdf.pages[-1].obj.Resources.XObject
    assert claim(data) == expected
    if expected:
        assert failures(data, expected.lower()) == []


@pytest.mark.parametrize(("unicode_map", "expected"), [(True, "3U"), (False, "3B")])
def test_a_font_without_map_to_text_lowers_the_claim_to_b(
    fonts: FontSet, ordinary: RenderedPackage, unicode_map: bool, expected: str
) -> None:
    content = foreign.reused(ordinary, unicode_map=unicode_map)
    data = embed_evidence(with_exhibit(fonts, content).pdf, TWIN)
    assert claim(data) == expected
    assert failures(data, expected.lower()) == []


def test_no_stream_ends_in_a_carriage_return_and_evidence_is_read_back() -> None:
    """One in 256 packed streams would; a strict reader takes that byte for half a line end."""
    padded = (b'{"n":"%s"}' % (b"x" * 500 + b"a" * number) for number in range(1024))
    twin = next(text for text in padded if compress(text, 6).endswith(b"\r"))
    empty = pikepdf.new()
    empty.add_blank_page()
    out = BytesIO()
    empty.save(out)
    data = embed_evidence(out.getvalue(), twin)
    assert embedded_evidence(data) == twin
    pdf = opened(data)
    streams = [item for item in pdf.objects if isinstance(item, pikepdf.Stream)]
    assert any(item.get("/Type") == "/EmbeddedFile" and "/Filter" not in item for item in streams)
    assert not any(item.read_raw_bytes().endswith(b"\r") for item in streams)


def test_the_colour_profile_is_srgb_and_has_no_clock() -> None:
    profile = srgb_profile()
    assert len(profile) == int.from_bytes(profile[:4], "big")
    ours, theirs = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    colours = [(red, green, blue) for red in (0, 60, 255) for green in (0, 128, 255) for blue in (0, 200, 255)]
    image = Image.new("RGB", (len(colours), 1))
    image.putdata(colours)
    turned = ImageCms.profileToProfile(image, ours, theirs)
    assert turned is not None
    shown = turned.tobytes()
    assert all(abs(one - other) <= 2 for one, other in zip(image.tobytes(), shown, strict=True))


def test_metadata_say_what_the_information_dictionary_says(ordinary: RenderedPackage) -> None:
    pdf = opened(ordinary.pdf)
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == str(pdf.docinfo["/Title"])
        assert metadata["dc:description"] == str(pdf.docinfo["/Subject"]) == "PD-2026-000123"
        assert metadata["xmp:CreateDate"] == "2026-02-10T08:00:00Z"
    assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260210080000")


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"install {name}: tools/setup.sh does"
    return found


def test_poppler_and_qpdf_see_embedded_fonts_rare_characters_and_a_sound_file(fonts: FontSet, tmp_path: Path) -> None:
    case = cases.ordinary_case()
    named = replace(case, defendants=(replace(cases.BORROWER, name=f"王{RARE}"),))
    path = tmp_path / "bundle.pdf"
    path.write_bytes(embed_evidence(render_package(named, fonts).pdf, TWIN))
    lines = _said(_program("pdffonts"), path).splitlines()[2:]
    assert lines
    assert all(line.split()[-5] == "yes" and line.split()[-3] == "yes" for line in lines)
    text = "".join(_said(_program("pdftotext"), path, "-").split())
    assert f"王{RARE}" in text
    assert "No syntax or stream encoding errors" in _said(_program("qpdf"), "--check", path)


def _said(program: str, *arguments: str | Path) -> str:
    answer = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    assert not answer.stderr, answer.stderr
    return answer.stdout

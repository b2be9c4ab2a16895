"""The evidence inside a PDF: found in ours, as written by the papers; refused in what is none of ours."""

from __future__ import annotations

import io
import zlib
from time import monotonic

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core.twin import twin_bytes
from evidence_service.verifier import pdf_objects
from evidence_service.verifier.pdf_attachment import NoEvidenceError, embedded_evidence
from evidence_service.verifier.pdf_objects import PdfError
from litigation.documents.embedding import embed_evidence
from tests.evidence_service.verify.world import make_world

EVIDENCE = b'{"kind":"proofdocket.twin","note":"' + "证据".encode() + b'"}'


def blank_pdf() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    buffer = io.BytesIO()
    pdf.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return buffer.getvalue()


def small_pdf(
    stream: bytes = EVIDENCE, filters: str = "", *, name: str = "(evidence.json)", length: int | None = None
) -> bytes:
    """A PDF written by hand, so that every part can be wrong."""
    size = len(stream) if length is None else length
    objects = [
        f"<</Type/Catalog/Names<</EmbeddedFiles<</Names[{name} 2 0 R]>>>>>>".encode(),
        f"<</Type/Filespec/F{name}/EF<</F 3 0 R>>>>".encode(),
        f"<</Length {size}{filters}>>\nstream\n".encode() + stream + b"\nendstream",
    ]
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def updated(pdf: bytes, stream: bytes) -> bytes:
    """An incremental update that replaces the evidence, as a seal appends its own."""
    previous = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    out = bytearray(pdf)
    offset = len(out)
    out += f"3 0 obj\n<</Length {len(stream)}>>\nstream\n".encode() + stream + b"\nendstream\nendobj\n"
    start = len(out)
    out += f"xref\n3 1\n{offset:010d} 00000 n \ntrailer\n<</Size 4/Root 1 0 R/Prev {previous}>>\n".encode()
    out += f"startxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def test_what_the_papers_embed_is_found() -> None:
    world = make_world()
    evidence = twin_bytes(world.metadata, world.packaged, world.material)
    assert embedded_evidence(embed_evidence(blank_pdf(), evidence)) == evidence


@pytest.mark.parametrize("compress", [True, False])
def test_what_another_writer_embeds_is_found(compress: bool) -> None:
    pdf = pikepdf.open(io.BytesIO(blank_pdf()))
    pdf.attachments["evidence.json"] = EVIDENCE
    pdf.attachments["other.txt"] = b"other"
    buffer = io.BytesIO()
    pdf.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=compress)
    assert embedded_evidence(buffer.getvalue()) == EVIDENCE


@pytest.mark.parametrize("name", ["(evidence.json)", "(evi\\144ence.json)", "<65766964656e63652e6a736f6e>"])
def test_names_are_read_in_every_spelling(name: str) -> None:
    assert embedded_evidence(small_pdf(name=name)) == EVIDENCE


def test_a_deflated_stream_is_unpacked() -> None:
    assert embedded_evidence(small_pdf(zlib.compress(EVIDENCE), "/Filter/FlateDecode")) == EVIDENCE
    assert embedded_evidence(small_pdf(zlib.compress(EVIDENCE), "/Filter[/FlateDecode]")) == EVIDENCE


def test_the_newest_update_counts() -> None:
    assert embedded_evidence(updated(small_pdf(), b"{}")) == b"{}"


def test_a_pdf_without_evidence_says_so() -> None:
    with pytest.raises(NoEvidenceError):
        embedded_evidence(blank_pdf())
    with pytest.raises(NoEvidenceError):
        embedded_evidence(small_pdf(name="(other.json)"))


def test_a_bomb_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_objects, "MAX_STREAM", 1 << 20)
    bomb = zlib.compress(bytes(8 << 20))
    with pytest.raises(PdfError, match="unpacks to more"):
        embedded_evidence(small_pdf(bomb, "/Filter/FlateDecode"))


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"%PDF-1.7",
        b"MZ" + small_pdf(),
        small_pdf()[:-10],
        small_pdf() + b"more",
        small_pdf(length=5),
        small_pdf(length=10_000),
        small_pdf(filters="/Filter/LZWDecode"),
        small_pdf(filters="/Filter/FlateDecode"),
        small_pdf(b"\x78\x9c", "/Filter/FlateDecode"),
        small_pdf(filters="/Filter/FlateDecode/DecodeParms<</Predictor 12>>"),
        small_pdf().replace(b"/Size 4/Root", b"/Encrypt 9 0 R/Size 4/Root"),
        small_pdf().replace(b"1 0 obj", b"9 0 obj"),
        small_pdf().replace(b"/Root 1 0 R", b"/Root 7 0 R"),
        small_pdf().replace(b"/Names[", b"/Kids[[[["),
        small_pdf(name="(evidence.json"),
        small_pdf(name="[" * 100),
        updated(small_pdf(), b"{}").replace(b"/Prev ", b"/Prev 99999999"),
    ],
)
def test_a_damaged_pdf_ends_in_one_error(pdf: bytes) -> None:
    with pytest.raises(PdfError):
        embedded_evidence(pdf)


def test_tables_in_a_circle_are_refused() -> None:
    pdf = small_pdf()
    start = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    with pytest.raises(PdfError, match="circle"):
        embedded_evidence(pdf.replace(b"/Root 1 0 R>>", f"/Root 1 0 R/Prev {start}>>".encode()))


def test_evidence_twice_is_refused() -> None:
    with pytest.raises(PdfError, match="twice"):
        embedded_evidence(small_pdf().replace(b"/Names[(evidence.json) 2 0 R]", b"/Names[(a)2 0 R (b)2 0 R]    "))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_damage_is_an_error_or_other_evidence_never_a_crash(data: st.DataObject) -> None:
    raw = bytearray(small_pdf())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=5))
    try:
        assert isinstance(embedded_evidence(bytes(raw)), bytes)
    except PdfError:
        return


def test_an_object_that_is_named_a_thousand_times_is_read_once() -> None:
    """One large object in the list of files, over and over, costs no more than once."""
    large = b"<<" + b"".join(b"/a%d 1" % number for number in range(20_000)) + b">>"
    began = monotonic()
    with pytest.raises(PdfError, match="no evidence"):
        embedded_evidence(_listing(b"(a) 2 0 R " * 1000, large))
    assert monotonic() - began < 5
    with pytest.raises(PdfError, match="more than 1000 files"):
        embedded_evidence(_listing(b"(a) 2 0 R " * 1001, b"<<>>"))


def _listing(pairs: bytes, second: bytes) -> bytes:
    """A PDF with this list of files, and this second object."""
    first = b"<</Type/Catalog/Names<</EmbeddedFiles<</Names[" + pairs + b"]>>>>>>"
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate((first, second), 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"xref\n0 3\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + table + b"trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)

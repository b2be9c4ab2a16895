"""Export of real packages: files by paper, below the size, with the table; refused ones are named."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from evidence_service.core.container import build, read
from litigation.core.court_profile import CourtProfile, Split, profile_on
from litigation.documents.volumes import PageTooLargeError, opened, parts
from litigation.export_command import export_packages
from litigation.profile_book import load_profiles
from tests.litigation.corrections.conftest import Lender


@pytest.fixture
def profile(lender: Lender) -> CourtProfile:
    return profile_on(load_profiles()["general"], lender.litigation.today())


def test_a_package_is_exported_by_paper_and_the_pages_are_all_there(
    lender: Lender, profile: CourtProfile, tmp_path: Path
) -> None:
    package = lender.package(lender.overdue[0], tmp_path)
    day = lender.litigation.today()
    rows, files, failures = export_packages(lender.litigation, [package.path], profile, tmp_path / "out", day)
    assert failures == []
    folder = next(path for path in (tmp_path / "out").iterdir() if path.is_dir())
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "01_诉讼材料.pdf"
    assert names[1].startswith("02_民事起诉状")
    assert any("送达地址确认书" in name for name in names)
    pages = 0
    for path in folder.iterdir():
        with opened(path.read_bytes()) as pdf:
            pages += len(pdf.pages)
            assert not any("/Annots" in page for page in pdf.pages)
    whole = read(package.path.read_bytes())["data/bundle.pdf"]
    with opened(whole) as pdf:
        assert pages == len(pdf.pages)
    sums = dict(reversed(line.split("  ")) for line in (tmp_path / "out/SHA256SUMS.txt").read_text().splitlines())
    assert len(sums) == files == len(names) + 1
    for name, digest in sums.items():
        assert sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    assert rows[0]["claim.total"]
    assert rows[0]["package.sha256"] == package.sha256
    again = export_packages(lender.litigation, [package.path], profile, tmp_path / "again", day)
    assert again[1] == files
    assert (tmp_path / "again/SHA256SUMS.txt").read_bytes() == (tmp_path / "out/SHA256SUMS.txt").read_bytes()


def test_a_volume_is_split_below_the_size_and_a_page_that_is_too_large_is_named(
    lender: Lender, profile: CourtProfile, tmp_path: Path
) -> None:
    package = lender.package(lender.overdue[0], tmp_path)
    small = replace(profile, split=Split.VOLUME, max_bytes=500_000)
    day = lender.litigation.today()
    _, files, failures = export_packages(lender.litigation, [package.path], small, tmp_path / "out", day)
    assert failures == []
    made = [path for path in (tmp_path / "out").rglob("*.pdf")]
    assert files == len(made) + 1 > 2
    assert all(path.stat().st_size <= 500_000 for path in made)
    pdf = read(package.path.read_bytes())["data/bundle.pdf"]
    with opened(pdf) as whole, pytest.raises(PageTooLargeError, match="page 1 alone"):
        parts(whole, 0, len(whole.pages), 1000)


def test_what_is_not_ours_or_was_changed_is_refused_and_the_rest_is_exported(
    lender: Lender, profile: CourtProfile, tmp_path: Path
) -> None:
    (tmp_path / "packages").mkdir()
    package = lender.package(lender.overdue[0], tmp_path / "packages")
    members = read(package.path.read_bytes())
    changed = build({**members, "data/facts.json": b"[]\n"})
    (tmp_path / "packages/a-changed.zip").write_bytes(changed)
    (tmp_path / "packages/b-nothing.zip").write_bytes(b"PK")
    paths = sorted((tmp_path / "packages").glob("*.zip"))
    day = lender.litigation.today()
    rows, _, failures = export_packages(lender.litigation, paths, profile, tmp_path / "out", day)
    assert len(rows) == 1
    assert [failure.case for failure in failures] == ["a-changed.zip", "b-nothing.zip"]


def test_a_package_on_another_form_is_refused(lender: Lender, profile: CourtProfile, tmp_path: Path) -> None:
    package = lender.package(lender.overdue[0], tmp_path)
    newer = replace(profile, form="2031.1")
    day = lender.litigation.today()
    rows, _, failures = export_packages(lender.litigation, [package.path], newer, tmp_path / "out", day)
    assert rows == []
    assert [failure.code for failure in failures] == ["export-form"]
    assert not (tmp_path / "out" / newer.table).exists()


def test_the_reading_copy_of_a_logged_loan_is_a_pdf_and_nothing_is_recorded_of_it(lender: Lender) -> None:
    loan = lender.overdue[0]
    before = len(lender.litigation.evidence.store.events_of_loan("sample-cf", loan))
    with opened(lender.litigation.reading_copy(lender.source(), loan)) as pdf:
        assert len(pdf.pages) > 10
    assert len(lender.litigation.evidence.store.events_of_loan("sample-cf", loan)) == before

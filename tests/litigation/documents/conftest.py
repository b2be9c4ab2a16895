"""Fonts for the tests of the papers: loaded once. The rare-character font is fetched by tools/fetch_fonts.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from litigation.documents import FontSet, RenderedPackage, render_package
from tests.litigation.documents import cases

ROOT = Path(__file__).resolve().parents[3]
FONTS = Path(os.environ.get("PROOFDOCKET_FONTS", ROOT / "var" / "fonts"))


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    """All fonts. A missing rare-character font fails the tests: they must not pass without it."""
    loaded = FontSet.load(FONTS, ROOT / "node_modules")
    assert loaded.has_rare, "run tools/fetch_fonts.py"
    return loaded


@pytest.fixture(scope="session")
def plain_fonts() -> FontSet:
    """Noto Serif SC alone."""
    return FontSet.load(None, ROOT / "node_modules")


@pytest.fixture(scope="session")
def ordinary(fonts: FontSet) -> RenderedPackage:
    return render_package(cases.ordinary_case(), fonts)


@pytest.fixture(scope="session")
def longest(fonts: FontSet) -> RenderedPackage:
    return render_package(cases.longest_case(), fonts)


@pytest.fixture(scope="session")
def emptiest(fonts: FontSet) -> RenderedPackage:
    return render_package(cases.emptiest_case(), fonts)

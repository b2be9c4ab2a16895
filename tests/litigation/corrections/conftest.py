"""A lender's instance with twelve sample loans and a checkpoint, without a chain: built once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.import_command import import_file
from evidence_service.settings import read_settings
from evidence_service.workflow.privacy import PrivacyDoors
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.bootstrap import open_litigation
from litigation.filing_service import FilingService
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, write_portfolio
from litigation.service import LitigationService, PackageFile
from litigation.workflow.case_source import CaseSource
from web.init_command import SAMPLE, _write_sample_institution

NODE_MODULES = Path(__file__).parents[3] / "node_modules"


@dataclass
class Lender:
    """An instance with sample loans; `loan` is overdue."""

    home: Path
    engine: Engine
    litigation: LitigationService

    def source(self, *, draft: bool = False) -> CaseSource:
        return self.litigation.pin(SAMPLE, DEFAULT_AS_OF, draft=draft)

    @property
    def overdue(self) -> list[str]:
        return self.litigation.overdue(self.source(), 60)

    @property
    def doors(self) -> PrivacyDoors:
        return self.litigation.evidence.privacy(SAMPLE)

    @property
    def filings(self) -> FilingService:
        return FilingService(self.litigation.evidence, SqlCaseStore(self.engine), self.engine)

    def submit(self, *values: dict[str, Any]) -> list[str]:
        return [receipt.state for receipt in self.litigation.evidence.submit(values)]

    def publish(self) -> None:
        self.litigation.evidence.publish(SAMPLE)

    def package(self, loan: str, folder: Path) -> PackageFile:
        """Build and record a loan's package."""
        source = self.source()
        built = self.litigation.build(source, loan)
        path = folder / f"{loan}.zip"
        path.write_bytes(built.content)
        made = PackageFile(
            built.our_reference, SAMPLE, loan, path, built.sha256, built.pdf_sha256, len(built.content), 1, built.draft
        )
        self.litigation.record(source, [made], "overdue")
        return made


def open_lender(home: Path) -> Lender:
    settings = read_settings(home, {})
    engine = open_engine(settings)
    return Lender(home, engine, open_litigation(open_evidence(settings, engine), engine))


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template that the others are copied from."""
    folder = tmp_path_factory.mktemp("lender")
    lender = open_lender(folder / "home")
    evidence = lender.litigation.evidence
    _write_sample_institution(evidence.settings.institutions_dir)
    evidence.add_institution(SAMPLE)
    write_portfolio(folder / "sample.ndjson", 12, DEFAULT_SEED, DEFAULT_AS_OF, NODE_MODULES)
    import_file(evidence, folder / "sample.ndjson", None)
    lender.publish()
    lender.engine.dispose()
    return folder / "home"


@pytest.fixture
def lender(sample_home: Path, tmp_path: Path) -> Iterator[Lender]:
    copy = partial(shutil.copytree, sample_home, tmp_path / "home")
    copy()
    opened = open_lender(tmp_path / "home")
    yield opened
    opened.engine.dispose()

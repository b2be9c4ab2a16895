"""An instance with a few overdue loans for the tests of batches; it has no chain: its newest checkpoint is enough."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.import_command import import_file
from evidence_service.settings import Settings, read_settings
from litigation.adapters.job_slots import Slots
from litigation.adapters.sql_batch_store import SqlBatchStore
from litigation.batch_service import BatchService, Order
from litigation.bootstrap import open_litigation
from litigation.core.batch import Batch, ItemState
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, write_portfolio
from litigation.workflow.build_package import BuiltPackage
from litigation.workflow.case_source import CaseSource, our_reference
from litigation.workflow.work_chunk import Hands
from tests.conftest import ROOT
from web.init_command import SAMPLE

LOANS = 44
NODE_MODULES = ROOT / "node_modules"
PATIENCE = 120.0


@dataclass(slots=True)
class Instance:
    """One instance, and what the tests ask of it."""

    settings: Settings
    out: Path
    engine: Engine
    service: BatchService = field(init=False)
    _loans: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        evidence = open_evidence(self.settings, self.engine)
        slots = Slots(self.settings.home / "batches" / "slots")
        self.service = BatchService(open_litigation(evidence, self.engine), SqlBatchStore(self.engine), slots)
        self.out.mkdir(exist_ok=True)

    @property
    def home(self) -> Path:
        return self.settings.home

    def loans(self) -> list[str]:
        """The overdue loans."""
        if not self._loans:
            litigation = self.service.litigation
            self._loans = litigation.overdue(litigation.pin(None, DEFAULT_AS_OF, draft=False), 60)
        return self._loans

    def hands(self) -> Hands:
        """A worker's hands; they write a line where the real ones draw forty pages."""

        def build(source: CaseSource, loan: str) -> BuiltPackage:
            reference = our_reference(source.log.institution, loan)
            return BuiltPackage(reference, f"package of {reference}".encode(), "0" * 64, 1, source.draft)

        return replace(self.service.hands(), build=build)

    def start(self, loans: list[str] | None = None) -> Batch:
        source = self.service.litigation.pin(None, DEFAULT_AS_OF, draft=False)
        return self.service.start(source, Order(loans or self.loans(), self.out, "overdue"))

    def built(self, batch: Batch) -> int:
        return self.service.store.counts(batch.id)[ItemState.BUILT]

    def digests(self, batch: Batch) -> dict[str, str]:
        return {item.loan: item.sha256 for item in self.service.store.items(batch.id)}

    def recorded(self, kind: str) -> int:
        """How many events of a kind the log holds of all cases."""
        store, institution = self.service.litigation.evidence.store, self.service.litigation.evidence.log().institution
        return sum(event.type == kind for loan in self.loans() for event in store.events_of_loan(institution, loan))

    def grow(self) -> None:
        """The log grows under a batch: further loans, another checkpoint."""
        evidence = self.service.litigation.evidence
        more = self.home / "more.ndjson"
        write_portfolio(more, LOANS + 4, DEFAULT_SEED, DEFAULT_AS_OF, NODE_MODULES)
        before = evidence.log().size
        import_file(evidence, more, None)
        assert evidence.log().size > before
        evidence.publish(evidence.log().institution)


def fill(settings: Settings) -> Engine:
    """Make an instance with the sample in its log."""
    engine = open_engine(settings)
    evidence = open_evidence(settings, engine)
    settings.institutions_dir.mkdir(parents=True)
    shutil.copy(ROOT / "litigation" / "sample" / "institution.toml", settings.institutions_dir / f"{SAMPLE}.toml")
    evidence.add_institution(SAMPLE, "")
    write_portfolio(settings.home / "sample.ndjson", LOANS, DEFAULT_SEED, DEFAULT_AS_OF, NODE_MODULES)
    import_file(evidence, settings.home / "sample.ndjson", None)
    evidence.publish(SAMPLE)
    return engine


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an instance that tests copy."""
    home = tmp_path_factory.mktemp("batch") / "home"
    fill(read_settings(home, {})).dispose()
    return home


@pytest.fixture
def instance(template: Path, tmp_path: Path) -> Iterator[Instance]:
    """An instance of the test's own, on SQLite."""
    shutil.copytree(template, tmp_path / "home")
    settings = read_settings(tmp_path / "home", {})
    engine = open_engine(settings)
    yield Instance(settings, tmp_path / "out", engine)
    engine.dispose()


def wait_for(what: Callable[[], bool], tend: Callable[[], object] = lambda: None) -> None:
    """Wait until something is true; a busy machine may take its time."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it did not happen"
        tend()
        time.sleep(0.2)

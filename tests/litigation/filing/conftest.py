"""A real instance with packages and a real chain: built once, copied for each test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from evidence_service.adapters.instance_chain import InstanceChain
from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.import_command import import_file
from evidence_service.ports import StoredEvent
from evidence_service.settings import read_settings
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.bootstrap import open_litigation
from litigation.bundle_command import build_packages
from litigation.core.docket import Detail
from litigation.core.filing import Filing, court_of
from litigation.filing_service import FilingService, read_details
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, write_portfolio
from litigation.workflow.file_package import FilingDoors
from tests.litigation.filing.court import AnsweringCourt
from web.init_command import initialise

NODE_MODULES = Path(__file__).parents[3] / "node_modules"
LOANS = 12


@dataclass
class Instance:
    """An instance's home, its two packages, a draft, and a court."""

    home: Path
    packages: list[Path]
    draft: Path
    court: AnsweringCourt
    engines: list[Engine] = field(default_factory=list)

    def filings(self) -> FilingService:
        """The filing service, freshly opened, as a new process would."""
        settings = read_settings(self.home, {})
        engine = open_engine(settings)
        self.engines.append(engine)
        return FilingService(open_evidence(settings, engine), SqlCaseStore(engine), engine)

    def doors(self) -> FilingDoors:
        return self.filings().doors()

    def file(self, number: int = 0) -> Filing:
        """File one of the packages."""
        return self.filings().file(self.packages[number].read_bytes(), self.where)

    @property
    def where(self) -> Any:
        return court_of(self.court.name, self.court.address)

    def details(self) -> dict[str, Detail]:
        details, refused = read_details(self.court.details)
        assert not refused
        return details

    def chain(self) -> InstanceChain:
        return InstanceChain(read_settings(self.home, {}))

    def events(self, our_reference: str) -> list[StoredEvent]:
        """The filing events of a case, in order."""
        service = self.filings()
        institution, loan = our_reference.split(":", 1)
        stored = service.evidence.store.events_of_loan(institution, loan)
        return [event for event in stored if event.type.startswith("filing.")]

    def payloads(self, our_reference: str) -> list[tuple[str, dict[str, Any]]]:
        return [(event.type, json.loads(event.body or b"{}")["payload"]) for event in self.events(our_reference)]

    def case_state(self, our_reference: str) -> str:
        cases = SqlCaseStore(self._engine()).cases(100)
        return next(case.state for case in cases if case.our_reference == our_reference)

    def publish_and_anchor(self) -> None:
        evidence = self.filings().evidence
        institution = evidence.log().institution
        evidence.publish(institution)
        evidence.anchor(institution)

    def rebuild(self, loan: str, out: Path) -> Path:
        """Build a loan's package again from the newest anchored state."""
        engine = self._engine()
        litigation = open_litigation(open_evidence(read_settings(self.home, {}), engine), engine)
        source = litigation.pin(None, DEFAULT_AS_OF, draft=False)
        out.mkdir()
        built, failures = build_packages(litigation, source, [loan], out, workers=1)
        assert not failures
        return built[0].path

    def close(self) -> None:
        for engine in self.engines:
            engine.dispose()

    def _engine(self) -> Engine:
        engine = open_engine(read_settings(self.home, {}))
        self.engines.append(engine)
        return engine


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with two packages and a draft; its chain is saved and stopped."""
    return make_template(tmp_path_factory.mktemp("filing"), LOANS, 2)


def make_template(folder: Path, sample: int, packages: int) -> Path:
    """An instance of so many sample loans with so many packages and a draft; its chain is saved and stopped."""
    home = folder / "home"
    settings = read_settings(home, {})
    engine = open_engine(settings)
    evidence, log, _ = initialise(open_evidence(settings, engine))
    try:
        write_portfolio(folder / "sample.ndjson", sample, DEFAULT_SEED, DEFAULT_AS_OF, NODE_MODULES)
        import_file(evidence, folder / "sample.ndjson", None)
        evidence.publish(log.institution)
        evidence.anchor(log.institution)
        litigation = open_litigation(evidence, engine)
        source = litigation.pin(None, DEFAULT_AS_OF, draft=False)
        loans = litigation.overdue(source, 60)[:packages]
        (folder / "packages").mkdir()
        (folder / "drafts").mkdir()
        built, failures = build_packages(litigation, source, loans, folder / "packages", workers=1)
        assert len(built) == packages
        assert not failures
        master = settings.institutions_dir / f"{log.institution}.toml"
        whole = master.read_text("utf-8")
        master.write_text("\n".join(line for line in whole.splitlines() if not line.startswith("representative")))
        drafted = litigation.pin(None, DEFAULT_AS_OF, draft=True)
        (draft,), failures = build_packages(litigation, drafted, loans[:1], folder / "drafts", workers=1, draft=True)
        assert draft.draft
        master.write_text(whole, "utf-8")
    finally:
        evidence.chain.local.stop()
        engine.dispose()
    return folder


@pytest.fixture
def instance(template: Path, tmp_path: Path) -> Iterator[Instance]:
    shutil.copytree(template / "home", tmp_path / "home")
    made = Instance(
        home=tmp_path / "home",
        packages=sorted((template / "packages").glob("*.zip")),
        draft=next((template / "drafts").glob("*.zip")),
        court=AnsweringCourt(tmp_path / "home", tmp_path / "court"),
    )
    yield made
    made.close()
    made.chain().local.stop()

"""A court beside a lender: two homes and databases, one chain that both reach; the court in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from evidence_service.adapters.key_files import KeyFileSigner
from evidence_service.core.trust_note import trust_text
from evidence_service.institution_files import credit_codes
from evidence_service.verifier.trust_store import TrustStore
from litigation.bootstrap import open_delivery
from litigation.core.registered_court import registered_court
from litigation.court_side.api.app import PREFIX
from litigation.court_side.bootstrap import make_court, open_court
from litigation.court_side.core.court_file import CourtFile
from litigation.court_side.core.filer import Filer
from litigation.court_side.core.submission import Submission, SubmissionState
from litigation.court_side.ports import StoredAnswer
from litigation.court_side.service import CourtService
from litigation.delivery_service import DeliveryService
from tests.litigation.filing.conftest import Instance, make_template
from tests.litigation.filing.court import AnsweringCourt

NAME = "泉州市丰泽区人民法院"
SAMPLE, PACKAGES = 200, 24


@dataclass
class CourtHouse:
    """A court's home, a filer's key, and the processes that serve it."""

    home: Path
    filer: Filer
    key: str
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    def service(self) -> CourtService:
        """The court, freshly opened, as a new process would."""
        return open_court(self.home)

    def open(self, skew: int = 0) -> None:
        """Serve in a process of its own, unless that runs; returns when it answers. `skew`: its clock is so far off."""
        if self.processes:
            return
        path = os.pathsep.join(filter(None, (str(Path(__file__).parent / "skewed"), os.environ.get("PYTHONPATH"))))
        clock = {"TEST_CLOCK_SKEW": str(skew), "PYTHONPATH": path} if skew else {}
        command = [sys.executable, "-m", "web.cli", "--home", str(self.home), "serve", "--role", "court"]
        process = subprocess.Popen(
            [*command, "--port", str(self.port)], env={**os.environ, **clock}, stderr=subprocess.DEVNULL
        )
        self.processes.append(process)
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            assert process.poll() is None, "the court's server ended"
            with suppress(URLError, ConnectionError), urlopen(f"{self.address}/court", timeout=5) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the court did not open")

    def examined(self, filing_id: str) -> Submission:
        """The filing once the background program has examined it."""
        service, deadline = self.service(), time.monotonic() + 180
        while time.monotonic() < deadline:
            found = service.submission(filing_id)
            if found.state is not SubmissionState.RECEIVED:
                return found
            time.sleep(0.05)
        raise AssertionError("nobody examined the filing")

    def lodged(self, filing_id: str, instance: Instance) -> StoredAnswer:
        """The answer to a filing, once it stands on the registry as deep as the court asks."""
        service = self.service()
        service.answer()
        instance.chain().local.mine(service.doors.depth())
        service.answer()
        found = service.answer_of(filing_id)
        assert found is not None
        assert found.state == "lodged", found
        return found

    def close(self) -> None:
        """Stop serving."""
        for process in self.processes:
            process.terminate()
            process.wait(20)
        self.processes.clear()


def install_trust(instance: Instance, home: Path, folder: Path) -> None:
    """The court pins log, keys and chain of the lender in a trust file of its own, signed by its own issuer's key."""
    evidence = instance.filings().evidence
    issuer = KeyFileSigner(folder / "issuer.pem", "issuer.example/court")
    made = evidence.trust_file(credit_codes(evidence.settings.institutions_dir))
    signed = replace(made, issuer_vkey=issuer.vkey)
    TrustStore(home).install(issuer.sign_note(trust_text(signed)).encode(), issuer.vkey)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A lender with a package for each test of a module; its own chain runs."""
    folder = make_template(tmp_path_factory.mktemp("lender"), SAMPLE, PACKAGES)
    made = Instance(
        home=folder / "home",
        packages=sorted((folder / "packages").glob("*.zip")),
        draft=next((folder / "drafts").glob("*.zip")),
        court=AnsweringCourt(folder / "home", folder / "other-court"),
    )
    yield made
    made.close()
    made.chain().local.stop()


@pytest.fixture
def package(instance: Instance) -> bytes:
    """A package that no test before has filed."""
    return instance.packages.pop().read_bytes()


@pytest.fixture
def delivery(court_house: CourtHouse, book: DeliveryService) -> DeliveryService:
    """The lender's side; the court is open."""
    court_house.open()
    return book


@pytest.fixture(scope="module")
def book(instance: Instance, court_house: CourtHouse) -> DeliveryService:
    """The lender's side, with the court in its book."""
    court_house.open()
    service = open_delivery(instance.home)
    said = court_house.service().describe()
    values = {"name": NAME, "address": said["address"], "vkey": said["vkey"], "url": court_house.address}
    service.register(registered_court(values), court_house.key)
    return service


@pytest.fixture(scope="module")
def court_house(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CourtHouse]:
    """A court that knows the lender's log by its trust file, has money on its chain, and one filer."""
    folder = tmp_path_factory.mktemp("court")
    home = folder / "home"
    local = instance.chain().local
    local.start()
    known = instance.chain().deployment()
    assert known is not None
    made = CourtFile(
        NAME, "闽0503", "court.example/fengze", "民初", local.rpc_url, known.chain_id, known.filing_registry, 50_000_000
    )
    service = make_court(home, made)
    local.fund(service.doors.address)
    install_trust(instance, home, folder)
    service = open_court(home)
    filer, key = service.add_filer("样例消费金融有限公司", "sample-cf", "91999901DEM000014H")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    house = CourtHouse(home, filer, key, port)
    yield house
    house.close()

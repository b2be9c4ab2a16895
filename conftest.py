"""Options of the whole test run: what lies beside the checkout, and whether it must be there."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--require-shared`: fail when nothing of ../shared was tested (`make test-full`)."""
    parser.addoption(
        "--require-shared", action="store_true", help="Fail when no test of ../shared ran, or when one was skipped."
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without ../shared its tests are skipped, with the reason."""
    if SHARED.is_dir():
        return
    missing = pytest.mark.skip(reason="no ../shared beside the checkout")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(missing)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With --require-shared, a run that tested nothing of ../shared has failed."""
    if not session.config.getoption("--require-shared") or hasattr(session.config, "workerinput"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    passed, skipped = (len(reporter.stats.get(outcome, [])) for outcome in ("passed", "skipped"))
    if passed == 0 or skipped:
        reporter.write_line(f"ERROR: --require-shared: {passed} tests passed, {skipped} were skipped", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

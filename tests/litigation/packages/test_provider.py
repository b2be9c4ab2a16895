"""`bundle --seal` with a provider elsewhere: away, no package; back again, the same seal; then nothing waits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding

from evidence_service.core import container
from evidence_service.core.package import PDF
from litigation.adapters.seal_check import check_seal
from litigation.sample.portfolio import DEFAULT_AS_OF
from tests.litigation.documents.test_seal_provider import Remote, remote  # noqa: F401 - a fixture
from tests.litigation.packages.conftest import House
from web.cli import main


def test_a_lost_answer_leaves_no_package_and_the_next_run_fetches_the_seal_that_was_made(
    house: House,
    remote: Remote,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("litigation.adapters.seal_remote.WAIT", 0.0)
    home, out = tmp_path / "home", tmp_path / "out"
    shutil.copytree(house.lender.home, home)
    (home / "provider.pem").write_bytes(remote.key.certificate.public_bytes(Encoding.PEM))
    (home / "seal-provider.toml").write_text(f'url = "{remote.url}"\ncertificate = "provider.pem"\n')

    def bundle() -> Result:
        options = ["--loan", house.loan, "--as-of", DEFAULT_AS_OF.isoformat(), "--out", str(out), "--workers", "1"]
        return CliRunner().invoke(main, ["--home", str(home), "bundle", "--seal", *options])

    before = remote.made()
    remote.mode("lost")
    failed = bundle()
    assert failed.exit_code == 1
    assert "did not answer" in failed.output
    assert not list(out.glob("*.zip"))
    assert len(list((home / "seals").iterdir())) == 1
    remote.mode("good")
    made = bundle()
    assert made.exit_code == 0, made.output
    assert remote.made() == before + 1
    assert not list((home / "seals").iterdir())
    (path,) = out.glob("*.zip")
    verdict = check_seal(container.read(path.read_bytes())[PDF], [remote.key.certificate], [])
    assert verdict.holds
    assert verdict.holder == "持牌签章服务"

"""Changing texts of the papers by command: a second person, the bytes that were read, an event, no silent file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from litigation.adapters.event_journal import EventJournal
from litigation.adapters.template_folder import TemplateFolder, TemplatesUnapprovedError
from litigation.documents.templates import shipped
from tests.litigation.corrections.conftest import Lender, open_lender
from web.cli import main
from web.init_command import SAMPLE

TEXT = (files("litigation.templates") / "representative.yaml").read_text("utf-8").replace('"1.0"', '"1.0-own"')
DIGEST = sha256(TEXT.encode()).hexdigest()


@pytest.fixture
def lender(tmp_path: Path) -> Iterator[Lender]:
    opened = open_lender(tmp_path / "home")
    opened.litigation.evidence.add_institution(SAMPLE)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "representative.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(lender: Lender, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(lender.home), "templates", *words])


def answer(lender: Lender, *words: str) -> Any:
    return json.loads(run(lender, *words, "--json").stdout)


def propose(lender: Lender, file: Path) -> Any:
    return answer(lender, "propose", str(file), "--by", "Wu Min")


def approve(lender: Lender, person: str = "Li Na", digest: str = DIGEST) -> Any:
    return answer(lender, "approve", "representative.yaml", "--by", person, "--sha256", digest)


def version_in_force(lender: Lender) -> str:
    (row,) = (one for one in answer(lender, "show")["templates"] if one["template"] == "representative")
    return str(row["version"])


def test_a_proposal_waits_until_a_second_person_approves_it_and_its_event_is_in_the_log(
    lender: Lender, file: Path
) -> None:
    assert propose(lender, file)["sha256"] == DIGEST
    assert version_in_force(lender) == shipped()["representative"].version
    assert [one["file"] for one in answer(lender, "show")["waiting"]] == ["representative.yaml"]
    done = approve(lender)
    assert (done["file"], done["sha256"]) == ("representative.yaml", DIGEST)
    assert version_in_force(lender) == "1.0-own"
    assert answer(lender, "show")["waiting"] == []
    assert lender.litigation.evidence.event(done["event"], SAMPLE).type == "templates.approved"


@pytest.mark.parametrize(
    ("person", "digest", "why"),
    [("Wu Min", DIGEST, "a second person"), (" wu min ", DIGEST, "a second person"), ("Li Na", "0" * 64, "SHA-256")],
)
def test_the_same_person_or_another_file_is_refused(
    lender: Lender, file: Path, person: str, digest: str, why: str
) -> None:
    propose(lender, file)
    refused = approve(lender, person, digest)["error"]
    assert refused["code"] == "template-change"
    assert why in refused["message"]
    assert version_in_force(lender) == shipped()["representative"].version


def test_a_file_that_could_not_stand_in_force_is_not_even_proposed(lender: Lender, file: Path) -> None:
    file.write_text(TEXT.replace('"1.0-own"', '"1.0"'), encoding="utf-8")
    assert "another version" in propose(lender, file)["error"]["message"]
    file.write_text("id: [", encoding="utf-8")
    assert "not YAML" in propose(lender, file)["error"]["message"]
    assert answer(lender, "show")["waiting"] == []


def test_a_crash_between_event_and_file_is_finished_by_approving_again(
    lender: Lender, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(lender, file)
    with monkeypatch.context() as crash:
        crash.setattr(TemplateFolder, "install", _crash)
        run(lender, "approve", "representative.yaml", "--by", "Li Na", "--sha256", DIGEST)
    assert version_in_force(lender) == shipped()["representative"].version
    approve(lender)
    assert version_in_force(lender) == "1.0-own"
    assert len(lender.litigation.evidence.store.events_of_loan(SAMPLE, "proofdocket:templates")) == 1


def test_where_the_log_did_not_take_the_event_nothing_is_in_force(
    lender: Lender, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(lender, file)
    with monkeypatch.context() as broken:
        broken.setattr(EventJournal, "write", _crash)
        assert run(lender, "approve", "representative.yaml", "--by", "Li Na", "--sha256", DIGEST).exit_code != 0
    assert version_in_force(lender) == shipped()["representative"].version
    assert not lender.litigation.evidence.store.events_of_loan(SAMPLE, "proofdocket:templates")


def test_packages_refuse_an_approval_that_is_not_in_the_log(lender: Lender, file: Path, tmp_path: Path) -> None:
    """The file beside the templates is easily written by one hand; the log is not."""
    propose(lender, file)
    approve(lender)
    other = open_lender(tmp_path / "other")
    try:
        other.litigation.evidence.add_institution(SAMPLE)
        (lender.home / "templates").rename(other.home / "templates")
        with pytest.raises(TemplatesUnapprovedError, match="log"):
            _ = other.litigation.texts
    finally:
        other.engine.dispose()


def _crash(*_: object) -> None:
    raise OSError("the power went")

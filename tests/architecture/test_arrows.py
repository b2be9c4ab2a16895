"""The arrows between and inside the rooms hold: the import contracts of .importlinter are kept, and cover the rooms."""

from __future__ import annotations

import configparser
import subprocess
import sys

from tests.architecture.markdown import ROOT

ROOMS = ("evidence_service", "litigation", "web")


def test_every_import_contract_is_kept() -> None:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    run = subprocess.run(
        [sys.executable, "-c", code, "--no-logo"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert " 0 broken" in run.stdout


PARTS = ("", ".court_side", ".served")


def test_contracts_speak_of_every_room_and_all_cores() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", "utf-8")
    assert contracts["importlinter"]["root_packages"].split() == list(ROOMS)
    layers = contracts["importlinter:contract:rooms"]["layers"].split()
    assert layers == list(reversed(ROOMS))
    pure = contracts["importlinter:contract:pure-core"]["source_modules"].split()
    assert pure == [
        f"{room}.core"
        for room in (*("evidence_service", "evidence_service.conformance"), *(f"litigation{it}" for it in PARTS))
    ]


def test_every_layer_that_a_contract_names_exists() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", "utf-8")
    missing = []
    for section in ("evidence", "litigation"):
        contract = contracts[f"importlinter:contract:{section}"]
        room = ROOT / contract["containers"].strip()
        for layer in contract["layers"].replace("|", " ").split():
            name = layer.strip("()")
            if not (room / name).is_dir() and not (room / f"{name}.py").is_file():
                missing.append(f"{room.name}.{name}")
    assert missing == []

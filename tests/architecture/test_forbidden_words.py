"""Words that must not stand in the project: claims that no proof supports, registry hosts, paths of one machine.

A proof shows that a record is unaltered since it was logged. It never shows that it is true.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Language
from evidence_service.verifier.folder import STATE_NAMES
from tests.architecture.markdown import ROOT, SKIPPED

THIS = Path(__file__).resolve()
TEXTS = {
    ".py",
    ".sol",
    ".js",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".html",
    ".css",
    ".svg",
    ".sh",
    ".json",
    ".txt",
    ".cfg",
    "",
}
CLAIM = re.compile(r"\bauthentic(?:ity)?\b", re.IGNORECASE)
# Where the word stands to say that we do not claim it.
DENIALS = (
    "true or authentic",
    "never *authentic*",
    "true, authentic",  # the glossary's column of words that are not ours
    "Pre-chain authenticity rests on the source",
)
CLAIMS = ("tamper-proof", "tamperproof", "unforgeable", "cannot be forged", "guarantees that")
CLAIMS_ZH = (
    "真实性已证明",
    "真实性已验证",
    "已证明真实",
    "证明其真实",
    "保证真实",
    "确保真实",
    "真实有效",
    "真实可靠",
    "真实无误",
    "不可篡改",
    "无法篡改",
    "不可伪造",
)
HOSTS = [f"{name}.{end}" for name, end in (("py" + "pi", "org"), ("pythonhos" + "ted", "org"), ("np" + "mjs", "org"))]
HOSTS += ["deb.deb" + "ian.org", "registry.yarn" + "pkg.com", "npm" + "mirror.com", "tsinghua.ed" + "u.cn"]
MACHINE = re.compile(r"(?<![\w.:/])/(?:home|Users|root|work)/[\w.-]+|[A-Z]:\\Users\\")
UNFINISHED = re.compile(r"\b(?:TODO(?!\(#\d+\))|FIXME|XXX|NotImplementedError|coming soon|lorem ipsum)\b")


@cache
def files() -> tuple[tuple[Path, str], ...]:
    """Every text file of the project with its content; this file apart, because it lists the words."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        paths = [ROOT / name for name in listed.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not SKIPPED & set(path.relative_to(ROOT).parts)]
    chosen = [path for path in paths if path.is_file() and path.suffix in TEXTS and path.resolve() != THIS]
    return tuple((path.relative_to(ROOT), path.read_text("utf-8")) for path in chosen)


def shipped() -> list[tuple[Path, str]]:
    """What users read or run: no tests, no locked lists of packages."""
    return [
        (path, text)
        for path, text in files()
        if path.parts[0] not in {"tests", "requirements"} and path.name not in {"package-lock.json", "LICENSE"}
    ]


def test_there_is_something_to_look_at() -> None:
    assert len(files()) > 300
    assert len(shipped()) > 200


def test_nothing_is_called_authentic() -> None:
    found = []
    for path, text in shipped():
        flat = " ".join(text.split())
        for denial in DENIALS:
            flat = flat.replace(denial, "")
        if CLAIM.search(flat):
            found.append(str(path))
    assert found == []


def test_nothing_is_promised_that_no_proof_shows() -> None:
    words = (*CLAIMS, *CLAIMS_ZH)
    assert [(str(path), word) for path, text in shipped() for word in words if word in text] == []


def test_not_checked_is_never_put_into_words_of_passing() -> None:
    words: dict[Language, tuple[str, str]] = {"en": ("passed", "not checked"), "zh": ("通过", "未核验")}
    for language, (passed, not_checked) in words.items():
        text = (ROOT / "web" / "texts" / f"{language}.yaml").read_text("utf-8")
        line = re.search(r'^check_state\.not_checked: "(.*)"$', text, re.MULTILINE)
        assert line is not None
        assert not_checked in line[1].lower()
        assert passed not in line[1].lower()
        assert passed not in STATE_NAMES[language][CheckState.NOT_CHECKED]


def test_no_registry_is_named() -> None:
    assert [(str(path), host) for path, text in files() for host in HOSTS if host in text] == []


def test_no_path_of_one_machine_is_named() -> None:
    found = [(str(path), hit[0]) for path, text in files() if (hit := MACHINE.search(text))]
    assert found == []


def test_nothing_is_left_for_later_without_saying_where() -> None:
    assert [(str(path), hit[0]) for path, text in shipped() if (hit := UNFINISHED.search(text))] == []

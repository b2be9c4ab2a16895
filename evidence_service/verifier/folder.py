"""Verifies a folder of packages, PDFs and proofs on several cores, and merges their reports.

Spec: docs/spec/verify.md (Folders). One bad file never stops the rest; each merged check shows the worst state.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence_service.core.reasons import CHECK_NAMES, CheckState
from evidence_service.core.report import Check, Language, Report, Result
from evidence_service.core.trust import TrustFile
from evidence_service.verifier.chain_reader import RpcChainReader
from evidence_service.verifier.inputs import InputError, json_path, verify_file

WORST_FIRST = (
    CheckState.FAILED,
    CheckState.NOT_CHECKED,
    CheckState.CLAIMED,
    CheckState.ERASED,
    CheckState.PASSED,
)
STATE_NAMES: dict[Language, dict[CheckState, str]] = {
    "en": {
        CheckState.PASSED: "passed",
        CheckState.FAILED: "failed",
        CheckState.NOT_CHECKED: "not checked",
        CheckState.ERASED: "erased",
        CheckState.CLAIMED: "claimed",
    },
    "zh": {
        CheckState.PASSED: "通过",
        CheckState.FAILED: "不通过",
        CheckState.NOT_CHECKED: "未核验",
        CheckState.ERASED: "已删除",
        CheckState.CLAIMED: "仅声称",
    },
}
"""How a state reads for a person."""
WORTH_WORKERS = 16
"""Fewer files than this are done before a second process has started."""


@dataclass(frozen=True, slots=True)
class Task:
    """What every file of a folder is verified against."""

    trust: TrustFile | None
    rpc: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One file: its report, or why there is none."""

    path: Path
    report: Report | None
    code: str = ""
    error: str = ""

    @property
    def result(self) -> Result:
        """A file that could not be verified is incomplete."""
        return Result.INCOMPLETE if self.report is None else self.report.result

    def as_json(self, lang: Language) -> dict[str, Any]:
        """The item as the command line writes it."""
        if self.report is None:
            problem = {"code": self.code, "message": self.error}
            return {"path": json_path(self.path), "result": self.result.value, "checks": [], "error": problem}
        report = self.report.as_json(lang)
        del report["times"]  # of a thousand packages nobody reads them here; verify one package to see its times
        return {"path": json_path(self.path), **report}


@dataclass(frozen=True, slots=True)
class FolderReport:
    """All files of a folder."""

    items: tuple[Item, ...]

    @property
    def result(self) -> Result:
        """Any failed → failed; all passed → passed; otherwise incomplete."""
        results = {item.result for item in self.items}
        if Result.FAILED in results:
            return Result.FAILED
        return Result.PASSED if results == {Result.PASSED} else Result.INCOMPLETE

    def merged(self, n: int) -> tuple[Check | None, Counter[CheckState]]:
        """The worst instance of check n, and how often each state occurred."""
        checks = [item.report.check(n) for item in self.items if item.report is not None]
        counts = Counter(check.state for check in checks)
        worst = next((state for state in WORST_FIRST if counts[state]), None)
        return next((check for check in checks if check.state is worst), None), counts

    def as_json(self, lang: Language) -> dict[str, Any]:
        """The folder as the command line writes it."""
        counts = Counter(item.result for item in self.items)
        return {
            "result": self.result.value,
            "checks": [self._check_json(n, lang) for n in CHECK_NAMES],
            "items": [item.as_json(lang) for item in self.items],
            "counts": {"items": len(self.items), **{result.value: counts[result] for result in Result}},
        }

    def _check_json(self, n: int, lang: Language) -> dict[str, Any]:
        check, counts = self.merged(n)
        name = CHECK_NAMES[n][0 if lang == "en" else 1]
        if check is None:
            return {"n": n, "name": name, "state": "not_checked", "code": "not-reached", "reason": ""}
        return {**check.as_json(lang), "reason": counts_text(counts, lang)}


def counts_text(counts: Counter[CheckState], lang: Language) -> str:
    """Such as "18 passed, 2 failed"."""
    parts = [f"{counts[state]} {STATE_NAMES[lang][state]}" for state in reversed(WORST_FIRST) if counts[state]]
    return "，".join(parts) if lang == "zh" else ", ".join(parts)


def verify_folder(paths: Sequence[Path], task: Task, *, workers: int, progress: Callable[[str], None]) -> FolderReport:
    """Verify every file; the order of the items is that of the paths."""
    items: list[Item] = []
    for item in _each(paths, task, workers):
        items.append(item)
        progress(f"{len(items)} of {len(paths)}")
    return FolderReport(tuple(items))


def _each(paths: Sequence[Path], task: Task, workers: int) -> Iterator[Item]:
    if workers < 2 or len(paths) < WORTH_WORKERS:
        reader = _reader(task)
        yield from (verify_one(path, task, reader) for path in paths)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(task,)) as pool:
        yield from pool.map(_work, paths, chunksize=8)


def verify_one(path: Path, task: Task, reader: RpcChainReader | None) -> Item:
    """Verify one file; what cannot be verified becomes an item that says so."""
    try:
        return Item(path, verify_file(path, task.trust, reader, task.now))
    except InputError as error:
        return Item(path, None, error.code, str(error))


def _reader(task: Task) -> RpcChainReader | None:
    return RpcChainReader(task.rpc) if task.rpc else None


_mine: list[tuple[Task, RpcChainReader | None]] = []
"""Set once in each worker process, before its first file."""


def _start(task: Task) -> None:
    _mine.append((task, _reader(task)))


def _work(path: Path) -> Item:
    task, reader = _mine[0]
    return verify_one(path, task, reader)

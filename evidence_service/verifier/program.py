"""The program `proofdocket-verify`: the ten checks on a machine that has nothing else of ProofDocket.

Spec: docs/spec/verify.md. The standard library, `cryptography` and `rfc8785` are all it needs. Exit 0 passed, 1 failed,
2 incomplete, or nothing that could be verified.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from evidence_service.core.block_pins import parse_block_hash, with_block_hashes
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import NOT_PROVEN, Language, Report
from evidence_service.core.trust import TrustFile
from evidence_service.errors import ProofDocketError
from evidence_service.trust_words import since_line, trust_line
from evidence_service.verifier.chain_reader import RpcChainReader
from evidence_service.verifier.folder import STATE_NAMES, Task, verify_folder
from evidence_service.verifier.inputs import find_items, json_path, shown_path, verify_file
from evidence_service.verifier.trust_store import load_trust

UNDONE = 2
MARKS = {CheckState.PASSED: "✓", CheckState.FAILED: "✗"}
RESULTS: dict[Language, dict[str, str]] = {
    "en": {"passed": "PASSED", "failed": "FAILED", "incomplete": "INCOMPLETE"},
    "zh": {"passed": "通过", "failed": "不通过", "incomplete": "未完成"},
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Verify what the command line names, and end with the result's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a Chinese Windows console has no ✓; a crash would exit like *failed*
    options = _parser().parse_args(arguments)
    path: Path = options.path
    try:
        trust = _trust(options)
        if path.is_dir():
            code = _folder(path, trust, options)
        else:
            reader = RpcChainReader(options.rpc) if options.rpc else None
            code = _show(verify_file(path, trust, reader, datetime.now(UTC)), path, options)
    except (ProofDocketError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        code = UNDONE
    except (UnicodeError, RecursionError, MemoryError) as error:
        # The outermost edge: Python would exit 1, which here says *failed*; what it cannot read accuses nobody.
        print(f"Error: nothing was verified: {type(error).__name__}", file=sys.stderr)
        code = UNDONE
    raise SystemExit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("proofdocket-verify", description="Verify a package, a PDF, a proof, or a folder.")
    parser.add_argument("path", type=Path, help="what to verify")
    parser.add_argument("--trust", type=Path, help="your trust file; without it checks 6 to 8 are not checked")
    parser.add_argument("--issuer", default="", metavar="VKEY", help="accept only a trust file signed by this key")
    parser.add_argument("--rpc", default="", metavar="URL", help="a node of the pinned chain")
    parser.add_argument("--block-hash", action="append", default=[], metavar="CHAINID:NUMBER:HASH", dest="blocks")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    return parser


def _trust(options: argparse.Namespace) -> TrustFile | None:
    if options.trust is None:
        if options.issuer or options.blocks:
            raise ProofDocketError("--issuer and --block-hash need a trust file: name it with --trust")
        return None
    # No home: a reader with nothing installed names his trust file each time.
    trust = load_trust(Path(os.devnull), options.trust, options.issuer)
    if trust is not None and options.blocks:
        return with_block_hashes(trust, [parse_block_hash(text) for text in options.blocks])
    return trust


def _show(report: Report, path: Path, options: argparse.Namespace) -> int:
    lang: Language = options.lang
    if options.json:
        print(json.dumps({**report.as_json(lang), "path": json_path(path)}, ensure_ascii=False))
        return report.result.exit_code
    print(shown_path(path))
    for check in report.checks:
        value = check.as_json(lang)
        mark = MARKS.get(check.state, "–")
        print(f"{check.n:>3}  {mark} {STATE_NAMES[lang][check.state]}  {value['name']}\n       {value['reason']}")
    for where in report.where:
        parts = where.as_json()
        print(f"     > ({where.n}) {where.code} " + " ".join(f"{name}={value}" for name, value in parts.items()))
    print("\n".join((since_line(report, lang), *trust_line(report.trust, lang), RESULTS[lang][report.result])))
    print("\n".join(f"  - {line}" for line in NOT_PROVEN[lang]))
    return report.result.exit_code


def _folder(path: Path, trust: TrustFile | None, options: argparse.Namespace) -> int:
    lang: Language = options.lang
    task = Task(trust, options.rpc or None, datetime.now(UTC))
    workers = min(os.cpu_count() or 1, 8)
    report = verify_folder(find_items(path), task, workers=workers, progress=_progress)
    if options.json:
        print(json.dumps({**report.as_json(lang), "path": json_path(path)}, ensure_ascii=False))
        return report.result.exit_code
    for item in report.items:
        result = RESULTS[lang][item.result] if item.report is not None else item.error
        print(f"{shown_path(item.path)}: {result}")
    for value in report.as_json(lang)["checks"]:
        print(f"{value['n']:>3}  {STATE_NAMES[lang][CheckState(value['state'])]}  {value['name']}: {value['reason']}")
    print(RESULTS[lang][report.result])
    return report.result.exit_code


def _progress(text: str) -> None:
    """A word on standard error, over itself, where a person looks at it."""
    if sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr, flush=True)

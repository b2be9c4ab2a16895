"""The tables of docs/spec/readiness.md; `python -m tests.litigation.readiness.page` writes them, a test compares."""

from __future__ import annotations

from litigation.core.completeness import Expectation
from litigation.core.derivation import DERIVATIONS
from litigation.matrix_file import load_matrix
from tests.architecture.markdown import ROOT

PAGE = ROOT / "docs" / "spec" / "readiness.md"
MATRIX = ("<!-- matrix: begin -->", "<!-- matrix: end -->")
DERIVED = ("<!-- derived: begin -->", "<!-- derived: end -->")
STAGES = {
    "pre_lending": "贷前 pre-lending",
    "lending": "放款 lending",
    "post_lending": "贷后 post-lending",
    "disposal": "处置 disposal",
}


def matrix_table() -> str:
    """One row per expected event."""
    head = "| Stage | Event | Expected | If missing | What | Should come from | Hook |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *(_row(one) for one in load_matrix().expected)])


def derived_table() -> str:
    """One row per derived fact."""
    rows = [
        f"| `{key}` | {one.zh}<br>{one.en} | {one.spec.removeprefix('docs/spec/')} | "
        f"{', '.join(f'`{name}`' for name in one.inputs)} |"
        for key, one in DERIVATIONS.items()
    ]
    return "\n".join(["| Fact | Rule | Page | From |\n|---|---|---|---|", *rows])


def shown(text: str, marks: tuple[str, str]) -> str:
    """What the page holds between two marks."""
    return text.partition(marks[0])[2].partition(marks[1])[0].strip()


def _row(one: Expectation) -> str:
    kind = f"`{one.type}`" + (f" {one.where[0]} = {one.where[1]}" if one.where else "")
    effect = "blocks" if one.blocking else "warns"
    return (
        f"| {STAGES[one.stage]} | {kind} | {one.need.value} | {effect} | {one.zh}<br>{one.en} | "
        f"{one.system_zh}<br>{one.system_en} | {one.hook} [{one.mark}] |"
    )


def rewritten(text: str) -> str:
    """The page with its tables as the data says."""
    for marks, table in ((MATRIX, matrix_table()), (DERIVED, derived_table())):
        before, _, rest = text.partition(marks[0])
        text = f"{before}{marks[0]}\n\n{table}\n\n{marks[1]}{rest.partition(marks[1])[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text("utf-8")), "utf-8")

"""The table of the measurements: aligned columns, what each row says of its target, notes below."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tools.bench_row import Row, Verdict, number_text

HEADS = ("what", "measured", "yardstick", "ratio", "target", "")


def table_lines(rows: Sequence[Row]) -> list[str]:
    """The table and its notes, line by line."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(HEADS))]
    lines = ["  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return [line.rstrip() for line in lines] + _notes(rows)


def _cells(row: Row) -> tuple[str, ...]:
    yardstick = number_text(row.yardstick) if row.yardstick is not None else "-"
    if row.yardstick_name:
        yardstick += f" {row.yardstick_name}{' (recorded)' if row.recorded else ''}"
    return (
        row.title,
        number_text(row.measured, row.unit),
        yardstick,
        f"{number_text(row.ratio)}x" if row.ratio is not None else "-",
        row.target.text if row.target else "-",
        row.verdict.value or "-",
    )


def _notes(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        lacks = f"target also asks for {row.lacks}" if row.lacks and row.verdict is not Verdict.LATER else ""
        parts = [part for part in (row.note, lacks) if part]
        if parts:
            lines.append(f"  {row.name}: {'; '.join(parts)}")
    return ["", "Notes", *lines] if lines else []


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))

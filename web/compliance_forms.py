"""What the forms of compliance say, read strictly: days, words of a list, short texts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask import abort, request

LONGEST = 200
YEARS = (1950, 2200)


def day_argument(name: str) -> date | None:
    """A day of the query from 1950 to 2200; None where it is absent, 400 for anything else."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        abort(400)
    return found if YEARS[0] <= found.year <= YEARS[1] else abort(400)


def word_argument(name: str, words: Collection[str]) -> str:
    """One of these words, or nothing; 400 for another one."""
    text = request.args.get(name, "").strip()
    if text and text not in words:
        abort(400)
    return text


def text_argument(name: str) -> str:
    """A short text of the query, as it is."""
    return request.args.get(name, "").strip()[:LONGEST]

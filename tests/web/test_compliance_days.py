"""Days in the query of the compliance pages: read strictly, and never so far away that a day's end is no instant."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from werkzeug.exceptions import BadRequest

from web.compliance_forms import day_argument


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "2201-01-01", "1949-12-31", "today"])
def test_a_day_that_is_none_or_far_away_is_refused(text: str) -> None:
    with Flask("days").test_request_context(query_string={"until": text}), pytest.raises(BadRequest):
        day_argument("until")


def test_a_day_is_read() -> None:
    with Flask("days").test_request_context(query_string={"until": "2026-02-28"}):
        assert day_argument("until") == date(2026, 2, 28)
        assert day_argument("since") is None

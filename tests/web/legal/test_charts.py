"""Charts are numbers: every bar stands on the ground or on the one below, and nothing leaves the frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, bars, lines_of, nice, stacked

GROUND = HEIGHT - BOTTOM
COLUMNS = st.lists(st.tuples(st.text(max_size=5), st.lists(st.integers(0, 10**6), min_size=5, max_size=5)), max_size=90)


@pytest.mark.parametrize(
    ("most", "top"), [(0, 0), (-3, 0), (0.3, 0.5), (1, 1), (7, 10), (11, 20), (23, 25), (26, 50), (99_999, 100_000)]
)
def test_the_axis_ends_at_a_round_number_above_the_largest_value(most: float, top: float) -> None:
    assert nice(most) == pytest.approx(top)


@given(COLUMNS)
def test_stacks_stand_on_the_ground_and_stay_in_the_frame(columns: list[tuple[str, list[int]]]) -> None:
    chart = stacked(columns)
    if not any(sum(pieces) for _, pieces in columns):
        assert chart is None
        return
    assert chart is not None
    assert len(chart.along) <= 12
    for bar in chart.bars:
        assert LEFT <= bar.x <= WIDTH - RIGHT
        assert TOP - 0.1 <= bar.y <= GROUND
        assert bar.y + bar.height <= GROUND + 0.2
    tallest = max(sum(pieces) for _, pieces in columns)
    assert sum(bar.height for bar in chart.bars) <= len(columns) * (GROUND - TOP) + len(chart.bars)
    assert float(chart.up[-1].text.replace(",", "")) >= tallest * 0.99


def test_lines_go_through_the_middle_of_each_word_and_up_with_their_value() -> None:
    chart = lines_of(["a", "b"], [[0.0, 0.5]])
    assert chart is not None
    (line,) = chart.lines
    (x1, y1), (x2, y2) = (tuple(map(float, point.split(","))) for point in line.split())
    assert y1 == GROUND
    assert y2 == pytest.approx(TOP)
    assert [x1, x2] == [tick.at for tick in chart.along]
    assert [tick.text for tick in chart.up] == ["0%", "12.5%", "25%", "37.5%", "50%"]


def test_nothing_to_draw_is_no_chart() -> None:
    assert bars([]) is None
    assert bars([("a", 0)]) is None
    assert lines_of([], []) is None
    assert lines_of(["a"], [[0.0]]) is None

"""Spans of time as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND
from workswith.sandbox.duration import parse_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90", 90 * SECOND),
        ("1.5", 1500),
        ("15m", 15 * MINUTE),
        ("24h", DAY),
        ("1d12h", DAY + 12 * HOUR),
        ("2W", 14 * DAY),
        ("250ms", 250),
        (" 1h 30m ", 90 * MINUTE),
    ],
)
def test_they_are_understood(text: str, span: int) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "soon", "-1h", "1y", "h", "1h2", "9" * 50 + "s", "11000d"])
def test_others_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="span of time"):
        parse_duration(text)


@given(st.text(max_size=60))
def test_nothing_else_ever_happens(text: str) -> None:
    try:
        assert parse_duration(text) >= 0
    except ValueError as error:
        assert "span of time" in str(error)

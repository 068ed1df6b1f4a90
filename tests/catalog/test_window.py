"""Fixed days from 00:00 UTC, or from the anchor."""

import pytest

from workswith.catalog.window import Windows, window
from workswith.kernel.clock import parse_iso


@pytest.mark.parametrize(
    ("at", "anchor", "left"),
    [
        ("2026-01-12T00:00:00Z", 0, 86_400),
        ("2026-01-12T23:29:58Z", 0, 1_802),
        ("2026-01-12T23:59:59.001Z", 0, 1),
        ("2026-01-12T23:59:59.999Z", 0, 1),
        ("2026-01-12T01:00:00Z", 90, 1_800),
        ("2026-01-12T01:30:00Z", 90, 86_400),
    ],
)
def test_whole_seconds_until_it_is_replenished(at: str, anchor: int, left: int) -> None:
    now = parse_iso(at)
    assert window(now, anchor).seconds_left(now) == left


def test_the_day_changes_at_the_anchor() -> None:
    before, after = parse_iso("2026-01-12T01:29:59.999Z"), parse_iso("2026-01-12T01:30:00Z")
    assert window(after, 90).day == window(before, 90).day + 1
    assert window(before, 90).ends_at == after


def test_a_remembered_day_is_the_right_one_also_backwards() -> None:
    windows = Windows(90)
    for at in ("2026-01-12T01:30:00Z", "2026-01-13T01:29:59Z", "2026-01-13T01:30:00Z"):
        now = parse_iso(at)
        assert windows.at(now) == window(now, 90)
    earlier = parse_iso("2026-01-11T00:00:00Z")
    assert windows.at(earlier) == window(earlier, 90)

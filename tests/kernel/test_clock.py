"""The clock: the one thing everything else trusts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.kernel.clock import DAY, HOUR, SECOND, Clock, ClockState, iso, parse_iso


class Wall:
    """A machine's time that a test sets."""

    def __init__(self) -> None:
        self.at = 1_000_000

    def __call__(self) -> int:
        return self.at


def test_unmoved_it_shows_the_machines_time() -> None:
    wall = Wall()
    clock = Clock(wall)
    wall.at += 5 * SECOND
    assert clock.now() == wall.at
    assert not clock.shifted


def test_it_never_goes_back_when_the_machine_does() -> None:
    wall = Wall()
    clock = Clock(wall)
    wall.at += HOUR
    before = clock.now()
    wall.at -= DAY
    assert clock.now() == before


def test_freeze_resume_rate_and_jump() -> None:
    wall = Wall()
    clock = Clock(wall)
    clock.freeze()
    wall.at += HOUR
    assert clock.now() == 1_000_000
    assert clock.real_delay(clock.now() + 1) is None
    clock.run_at(60)
    wall.at += SECOND
    assert clock.now() == 1_000_000 + 60 * SECOND
    assert clock.real_delay(clock.now() + 60 * SECOND) == pytest.approx(1.0)
    clock.jump(clock.now() + DAY)
    assert clock.now() == 1_000_000 + 60 * SECOND + DAY
    with pytest.raises(ValueError, match="forward"):
        clock.jump(0)
    clock.resume()
    assert clock.shifted


def test_a_restart_goes_on_where_it_was() -> None:
    wall = Wall()
    clock = Clock(wall)
    clock.freeze()
    clock.jump(clock.now() + DAY)
    again = Clock(wall, clock.state)
    wall.at += HOUR
    assert again.now() == clock.now()


@given(st.lists(st.tuples(st.sampled_from(["wall", "jump", "rate"]), st.integers(0, 10**9))))
def test_whatever_is_done_to_it_it_only_moves_forward(steps: list[tuple[str, int]]) -> None:
    wall = Wall()
    clock = Clock(wall)
    latest = clock.now()
    for what, amount in steps:
        if what == "wall":
            wall.at += amount - 5 * 10**8
        elif what == "jump":
            clock.jump(clock.now() + amount)
        else:
            clock.run_at(amount % 1000)
        assert clock.now() >= latest
        latest = clock.now()


@pytest.mark.parametrize("instant", [0, 1, 1_705_043_703_000, 1_705_043_703_250])
def test_iso_round_trip(instant: int) -> None:
    assert parse_iso(iso(instant)) == instant


def test_a_saved_state_is_plain_data() -> None:
    assert ClockState(wall=1, shown=2, rate=0.5) == ClockState(wall=1, shown=2, rate=0.5)

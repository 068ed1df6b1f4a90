"""The state diagram of a subscription."""

import itertools

import pytest

from workswith.catalog import states
from workswith.kernel.problem import Kind, Problem


@pytest.mark.parametrize(("state", "to"), [*itertools.product(states.NEXT, repeat=2)])
def test_only_the_moves_of_the_table(state: str, to: str) -> None:
    if to in states.NEXT[state]:
        states.require_move(state, to)
    else:
        with pytest.raises(Problem) as refusal:
            states.require_move(state, to)
        assert refusal.value.kind is Kind.CONFLICT


def test_an_end_is_an_end() -> None:
    assert [s for s in states.NEXT if states.ended(s)] == ["rejected", "cancelled", "expired"]

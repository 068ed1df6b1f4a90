"""What is answered for a module that cannot be reached, or did not obey."""

import pytest

from workswith.devices.link import Outcome
from workswith.devices.plants import Reach
from workswith.devices.refusals import refusal, require_reach
from workswith.kernel.problem import Kind, Problem


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome.OFFLINE, Kind.UNREACHABLE),
        (Outcome.BUSY, Kind.BUSY),
        (Outcome.SILENT, Kind.TIMED_OUT),
    ],
)
def test_each_outcome_has_its_refusal(outcome: Outcome, kind: Kind) -> None:
    assert refusal(outcome).kind is kind


def test_who_is_within_reach_is_not_refused() -> None:
    require_reach(Reach.ONLINE)
    for reach, kind in ((Reach.OFFLINE, Kind.UNREACHABLE), (Reach.SILENT, Kind.TIMED_OUT)):
        with pytest.raises(Problem) as refused:
            require_reach(reach)
        assert refused.value.kind is kind

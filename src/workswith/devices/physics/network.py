"""Networks of thermal resistances and capacities, in steps after Crank and Nicolson.

Nodes with a capacity keep their temperature between steps; nodes without one follow at once. A step
takes every flow at the mean of a node's temperatures before and after, so that what flows in during
the step is exactly what is stored, whatever its length.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Network:
    """``capacities`` of the nodes; ``links`` join two nodes, ``leaks`` a node and a surrounding."""

    capacities: tuple[float, ...]
    links: tuple[tuple[int, int, float], ...]
    leaks: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """A network solved for steps of one length.

    Row n of ``influence`` says how warm node n is on the mean of a step for each watt that is put
    into each node; ``inertia`` is what the past of a node counts for, in W/K.
    """

    network: Network
    influence: tuple[tuple[float, ...], ...]
    inertia: tuple[float, ...]

    def step(
        self, before: Sequence[float], surroundings: Sequence[float], heat: Sequence[float]
    ) -> tuple[list[float], list[float]]:
        """The temperatures after a step, and their means in it.

        ``heat`` W go into each node; what ``before`` says of a node without a capacity is not used.
        """
        driven = [watts + k * t for watts, k, t in zip(heat, self.inertia, before, strict=True)]
        for node, place, conductance in self.network.leaks:
            driven[node] += conductance * surroundings[place]
        mean = [sum(i * d for i, d in zip(row, driven, strict=True)) for row in self.influence]
        after = [
            2 * m - t if c else m
            for m, t, c in zip(mean, before, self.network.capacities, strict=True)
        ]
        return after, mean


def solve(network: Network, seconds: float) -> Solution:
    """Raises ``ZeroDivisionError`` if a node hangs in the air."""
    inertia = tuple(2 * capacity / seconds for capacity in network.capacities)
    size = len(inertia)
    matrix = [[inertia[i] if i == j else 0.0 for j in range(size)] for i in range(size)]
    for one, other, conductance in network.links:
        matrix[one][one] += conductance
        matrix[other][other] += conductance
        matrix[one][other] -= conductance
        matrix[other][one] -= conductance
    for node, _, conductance in network.leaks:
        matrix[node][node] += conductance
    return Solution(network, _inverse(matrix), inertia)


def _inverse(matrix: list[list[float]]) -> tuple[tuple[float, ...], ...]:
    """Gauss and Jordan; no pivots are sought, for the diagonal dominates."""
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for place in range(size):
        pivot = rows[place][place]
        rows[place] = [each / pivot for each in rows[place]]
        for other in range(size):
            if other != place:
                share = rows[other][place]
                rows[other] = [
                    each - share * known
                    for each, known in zip(rows[other], rows[place], strict=True)
                ]
    return tuple(tuple(row[size:]) for row in rows)

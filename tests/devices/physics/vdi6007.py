"""Test case 1 of VDI 6007-1: the heavy room S of two elements, warmed by machines in the daytime.

The guideline's room has two capacities, so a 5R1C zone cannot be it; what is put to the test is the
network and its steps, on which the zone stands. The outside wall's film of 25 W/(m²K) is part of
the case as the open libraries have it.
"""

import csv
from pathlib import Path

from workswith.devices.physics.network import Network, solve

STEP = 300
DAYS = 60
TOLERANCE = 0.1 + 0.05
"""K: that of the guideline, and the rounding of its table."""
OUTER, INNER = 10.5, 75.5
"""m² of outside and inside walls."""
CONVECTION = {"outer": 2.7, "inner": 2.24, "outside": 25.0}
RADIATION = 5.0
"""W/(m²K) between the walls, over the smaller area."""
R_OUTER, R_REST, C_OUTER = 0.00436791293674, 0.03895919557, 1_600_848.94
R_INNER, C_INNER = 0.000595693407511, 14_836_354.6282
AIR, OUTER_FACE, INNER_FACE, OUTER_MASS, INNER_MASS = range(5)
OUTSIDE = 22.0
MACHINES = 1_000.0

ROOM = Network(
    capacities=(0.0, 0.0, 0.0, C_OUTER, C_INNER),
    links=(
        (AIR, OUTER_FACE, CONVECTION["outer"] * OUTER),
        (AIR, INNER_FACE, CONVECTION["inner"] * INNER),
        (OUTER_FACE, INNER_FACE, RADIATION * OUTER),
        (OUTER_FACE, OUTER_MASS, 1 / R_OUTER),
        (INNER_FACE, INNER_MASS, 1 / R_INNER),
    ),
    leaks=((OUTER_MASS, 0, 1 / (R_REST + 1 / (CONVECTION["outside"] * OUTER))),),
)


def reference() -> dict[int, float]:
    """°C on the mean of the hour that ends at a second; 72 hours of the first, tenth and last day."""
    with Path(__file__).with_name("vdi6007_case1.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    return {
        int(row["seconds"]): float(row["indoor_air_c"]) for row in rows if row["seconds"] != "0"
    }


def run() -> dict[int, float]:
    """As `reference`, for every hour."""
    solution, nodes, found, air = solve(ROOM, STEP), [OUTSIDE] * 5, {}, 0.0
    for second in range(0, DAYS * 86_400, STEP):
        machines = MACHINES if 6 * 3600 <= second % 86_400 < 18 * 3600 else 0.0
        nodes, mean = solution.step(nodes, (OUTSIDE,), (machines, 0.0, 0.0, 0.0, 0.0))
        air += mean[AIR] * STEP / 3600
        if (second + STEP) % 3600 == 0:
            found[second + STEP] = air
            air = 0.0
    return found


def deviation() -> float:
    """K at the worst of the 72 hours."""
    ours = run()
    return max(abs(ours[second] - celsius) for second, celsius in reference().items())

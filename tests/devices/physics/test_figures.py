"""ASHRAE 140 and VDI 6007, and the page that says how we did."""

import pytest

from workswith.devices.physics.year import PLACES

from . import homes, vdi6007
from .table import BEGINS, ENDS, PAGE, ROWS, Row, found, missed, tables, vdi

pytestmark = pytest.mark.xdist_group("physics")
"""Years are lived through once, by one worker."""

OUTSIDE = {("900FF", "lowest"): -0.1, ("950FF", "lowest"): 0.1}
"""K by which figures are known to lie outside the spread of the six tools."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.case} {row.figure}")
def test_a_figure_lies_where_the_page_says(row: Row) -> None:
    assert missed(row) == OUTSIDE.get((row.case, row.figure), 0.0), found(row)


def test_what_the_standard_accepts_is_met_by_every_figure_it_has_a_band_for() -> None:
    assert [missed(row) for row in ROWS if row.accepted] == [0.0] * 4


def test_the_network_reproduces_the_room_of_vdi_6007() -> None:
    assert len(vdi6007.reference()) == 72
    assert vdi() <= vdi6007.TOLERANCE


def test_furnished_homes_need_what_such_homes_need() -> None:
    """Bad ones two to three times as much as good ones, and most where winters are coldest."""
    needs = homes.heating()
    for place in PLACES:
        assert needs[4.9, place] > needs[2.8, place] > needs[1.8, place]
    for u, _ in homes.AGES:
        assert needs[u, "chicago"] > needs[u, "denver"] > needs[u, "san_francisco"] > 0
    for place in PLACES[:2]:
        assert 120 < needs[4.9, place] < 250
        assert 40 < needs[1.8, place] < 80


def test_the_page_prints_the_figures_as_they_come_out() -> None:
    """`python -m tests.devices.physics` writes them."""
    _, rest = PAGE.read_text().split(BEGINS)
    assert rest.split(ENDS)[0] == tables()

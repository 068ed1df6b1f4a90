"""Colours can be told apart, in light and in dark: WCAG 2.2 from the stylesheet's own tokens. [PRT-7]"""

import re

import pytest

from workswith.web.site import assets, colours, house
from workswith.web.site.tokens import (
    NEEDED_SHAPE,
    NEEDED_TEXT,
    SHAPES_ON,
    TEXT_ON,
    Tokens,
    tokens,
)

SHEET = (assets.FOLDER / "workswith.css").read_text("utf-8")
FOUND: Tokens = tokens(SHEET)
PAIRS = [
    (ink, ground, needed)
    for table, needed in ((TEXT_ON, NEEDED_TEXT), (SHAPES_ON, NEEDED_SHAPE))
    for ink, grounds in table
    for ground in grounds
]


@pytest.mark.parametrize(("ink", "ground", "needed"), PAIRS)
def test_what_is_written_can_be_read(ink: str, ground: str, needed: float) -> None:
    one, other = FOUND.colours[ink], FOUND.colours[ground]
    assert colours.contrast(one.light, other.light) >= needed
    assert colours.contrast(one.dark, other.dark) >= needed


def test_every_colour_of_text_is_in_the_table() -> None:
    """A rule with another colour needs a row there first."""
    written = {name for name, _grounds in TEXT_ON}
    used = set(re.findall(r"(?<![\w-])color: var\(--([\w-]+)\)", SHEET))
    assert used - written - {"line", "paper"} == set(), "line divides, paper stands on ink"


def test_no_colour_stands_outside_the_tokens() -> None:
    rules = SHEET[SHEET.index("}", SHEET.index(":root")) :]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgb\(|\bhsl\(", rules) == []


def test_every_token_is_used_and_every_used_one_exists() -> None:
    names = {*FOUND.colours, *(name for name, _ in (*FOUND.sizes, *FOUND.others))}
    used = set(re.findall(r"var\(--([\w-]+)\)", SHEET))
    assert used - names == set()
    assert names - used == set()


def test_brands_are_held_against_the_same_grounds() -> None:
    grounds = [FOUND.colours[name] for name in ("paper", "surface", "raised")]
    assert tuple(one.light for one in grounds) == colours.LIGHT_GROUNDS
    assert tuple(one.dark for one in grounds) == colours.DARK_GROUNDS
    brand = FOUND.colours["brand"]
    assert (brand.light, brand.dark) == house.USUAL

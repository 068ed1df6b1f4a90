"""``workswith week``: the picture in the docs, and what else can be drawn."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from workswith.cli import commands

PICTURE = Path(__file__).parents[2] / "docs" / "week.svg"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*options: str) -> str:
    done = CliRunner().invoke(commands, ["week", *options])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_picture_in_the_docs_is_what_the_command_draws() -> None:
    assert drawn() == PICTURE.read_text()


def test_it_shows_temperature_set_point_relay_and_weather() -> None:
    picture = ET.fromstring(drawn("--days", "2"))
    said = [each.text for each in picture.iter(f"{SVG}text")]
    assert {"measured", "set-point", "relay closed", "outside"} <= set(said)
    assert {"Mon 12 Jan", "Tue 13 Jan"} <= set(said)
    assert len([each for each in picture.iter(f"{SVG}rect") if each.get("class") == "on"]) > 5
    assert len([each for each in picture.iter(f"{SVG}path") if "c " in each.get("class", "")]) == 3


def test_another_climate_another_home_and_another_season_are_other_pictures() -> None:
    days = ("--days", "1")
    pictures = {
        drawn(*days),
        drawn(*days, "--climate", "chicago"),
        drawn(*days, "--seed", "2"),
        drawn(*days, "--from", "2026-03-29"),
        drawn(*days, "--template", "flat", "--room", "Soggiorno"),
    }
    assert len(pictures) == 5


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--room", "Cantina"), "only Piano Terra"),
        (("--template", "castle"), "no template castle"),
        (("--template", "empty"), "only none"),
    ],
)
def test_what_there_is_not_is_named(options: tuple[str, ...], named: str) -> None:
    done = CliRunner().invoke(commands, ["week", *options])
    assert done.exit_code == 2
    assert named in done.output

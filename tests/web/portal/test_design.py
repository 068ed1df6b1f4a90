"""The page of the design system knows every component and every token. [PRT-7]"""

import re

from tests.web.portal.conftest import Browser
from workswith.web.portal.design_parts import PARTS
from workswith.web.site import assets
from workswith.web.site.templates import FOLDER

CALLED = re.compile(r"ui\.(\w+)\(")


async def test_every_component_is_shown_beside_its_call(browser: Browser) -> None:
    components = (FOLDER / "components.html").read_text("utf-8")
    made = set(re.findall(r"{% macro (\w+)\(", components))
    shown = {name for part in PARTS for call in part.calls for name in CALLED.findall(call)}
    assert made - shown == set()
    page = await browser.get("/design")
    for part in PARTS:
        assert part.title in page.text


async def test_every_token_is_printed(browser: Browser) -> None:
    sheet = (assets.FOLDER / "workswith.css").read_text("utf-8")
    page = await browser.get("/design")
    for name in re.findall(r"^ +--([\w-]+):", sheet, re.MULTILINE):
        assert f"--{name}<" in page.text or name == "width", name


def test_every_component_is_used() -> None:
    """One that only its own page shows is in the way."""
    pages = [
        path.read_text("utf-8") for path in FOLDER.rglob("*.html") if path.name != "design.html"
    ]
    components = (FOLDER / "components.html").read_text("utf-8")
    for name in re.findall(r"{% macro (\w+)\(", components):
        called = re.compile(rf"\b(?:ui\.)?{name}\(")
        assert sum(len(called.findall(one)) for one in pages) > 1, name

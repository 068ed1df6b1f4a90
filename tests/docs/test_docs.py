"""What the documents say is true: files exist, links lead somewhere, commands are commands."""

import re
from pathlib import Path

import pytest
from click import Context

from workswith.cli import commands

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
_FILE = re.compile(r"`((?:[a-z_]+/)+[a-z_]*(?:\.[a-z]+)?)`")
_COMMAND = re.compile(r"`workswith ([a-z]+)|^workswith ([a-z]+)", re.MULTILINE)


def ids(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    broken = [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_named_files_exist(page: Path) -> None:
    area = ROOT / "src/workswith" / page.stem
    roots = (ROOT, ROOT / "src/workswith", area, page.parent)
    missing = [
        name
        for name in _FILE.findall(page.read_text())
        if not any((root / name).exists() for root in roots)
    ]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_named_commands_exist(page: Path) -> None:
    named = {one or other for one, other in _COMMAND.findall(page.read_text())}
    known = set(commands.list_commands(Context(commands))) | {"serve", "worker"}
    assert named <= known, named - known


def test_every_area_has_its_page() -> None:
    areas = {"contracts", "identity", "catalog", "gateway", "events", "webhooks", "devices", "web"}
    assert areas <= {page.stem for page in (ROOT / "docs/areas").glob("*.md")}


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))

"""The tables of docs/sandbox.md are those of the program. To write them anew: python -m tests.docs.test_sandbox"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from workswith.apis import deviations as of_apis
from workswith.gateway.statuses import TABLE
from workswith.sandbox import deviations as of_sandbox
from workswith.sandbox.faults.kinds import table
from workswith.sandbox.faults.packs import PACKS

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"
_PLACES = {
    "call": "calls of the APIs",
    "token": "token requests",
    "notification": "notifications",
    "attempt": "endpoints",
    "state": "homes and people",
}


def _rows(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(columns), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _options(options: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in options)


def tables() -> dict[str, str]:
    """By the name of the place in the page."""
    return {
        "kinds": _rows(
            ("kind", "strikes", "what happens", "takes"),
            (
                (f"`{one.name}`", _PLACES[one.place], one.what, _options(one.options))
                for one in table(TABLE).values()
            ),
        ),
        "incidents": _rows(
            ("incident", "what happens"), ((f"`{one.name}`", one.what) for one in PACKS)
        ),
        "deviations": _rows(
            ("switch", "may be (the usual one first)", "what it does"),
            (
                (f"`{one.name}`", ", ".join(f"`{way}`" for way in one.choices), one.what)
                for one in (*of_apis.TABLE, *of_sandbox.OWN)
            ),
        ),
    }


def _place(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name} -->\n)(.*?)(\n<!-- /{name} -->)", re.DOTALL)


@pytest.mark.parametrize("name", ["kinds", "incidents", "deviations"])
def test_the_page_has_what_the_program_has(name: str) -> None:
    found = _place(name).search(PAGE.read_text())
    assert found, name
    assert found[2] == tables()[name]


def write() -> None:
    """Puts the present tables into the page."""
    text = PAGE.read_text()
    for name, rows in tables().items():
        found = _place(name).search(text)
        assert found, name
        text = text[: found.start(2)] + rows + text[found.end(2) :]
    PAGE.write_text(text)


if __name__ == "__main__":
    write()

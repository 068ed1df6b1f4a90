"""Every text that people read: what the extraction finds, and the sentences of problems on pages."""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

SOURCE = Path(__file__).parents[2] / "src" / "workswith"
KEYWORDS = DEFAULT_KEYWORDS | {"lazy": None, "N_": None}
PROBLEMS = ("identity", "catalog", "community", "web", "devices/homes", "devices/plants")
"""The areas whose problems pages show as they are."""

Text = str | tuple[str, ...]


def texts() -> set[Text]:
    """Singular and plural of a text are a pair."""
    with (SOURCE / "web" / "locale" / "extraction.cfg").open() as file:
        method_map, options_map = parse_mapping_cfg(file)
    found = extract_from_dir(
        SOURCE, method_map=method_map, options_map=options_map, keywords=KEYWORDS
    )
    return {message for _file, _line, message, *_ in found if message} | set(problems())


def problems() -> Iterator[str]:
    """Details and hints that are plain texts; what has a number in it stays English."""
    for area in PROBLEMS:
        for path in (SOURCE / area).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _name(node) in {"Problem", "_refuse"}:
                    yield from _sentences(node)


def _sentences(call: ast.Call) -> Iterator[str]:
    place = 2 if _name(call) == "Problem" else 1
    spoken = [*call.args[place : place + 1]]
    spoken += [keyword.value for keyword in call.keywords if keyword.arg in {"detail", "hint"}]
    for node in spoken:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.value


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""

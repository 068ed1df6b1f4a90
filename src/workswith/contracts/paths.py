"""Finds the operation of a path: exact, fast and safe.

Works on the path as it travelled (percent-encoded). Literal segments are compared byte for byte:
no case folding, no trailing slash that the document does not name, no decoding. Only the values of
``{parameters}`` are decoded, once, and what cannot be an id is no match.
"""

import re
from collections.abc import Iterable
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")
LONGEST_VALUE = 256
"""Characters of a path parameter; real ids have 36."""
_VARIABLE = re.compile(r"\{([A-Za-z0-9_]+)\}")


class Paths(Generic[T]):
    """Routes from (method, template) to anything."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        self._literal: dict[tuple[str, str], T] = {}
        self._templates: dict[tuple[str, int], list[tuple[re.Pattern[str], T]]] = {}
        for method, template, target in routes:
            if "{" in template:
                same_length = self._templates.setdefault((method, template.count("/")), [])
                same_length.append((_compiled(template), target))
            else:
                self._literal[method, template] = target

    def find(self, method: str, path: str) -> tuple[T, dict[str, str]] | None:
        """The target and the decoded values of its parameters, or ``None``."""
        target = self._literal.get((method, path))
        if target is not None:
            return target, {}
        for pattern, candidate in self._templates.get((method, path.count("/")), ()):
            match = pattern.fullmatch(path)
            if match:
                values = {name: _decoded(text) for name, text in match.groupdict().items()}
                safe = {name: text for name, text in values.items() if text is not None}
                return (candidate, safe) if len(safe) == len(values) else None
        return None


def variables(template: str) -> tuple[str, ...]:
    """The names of a template's parameters in their order."""
    return tuple(_VARIABLE.findall(template))


def _compiled(template: str) -> re.Pattern[str]:
    parts = _VARIABLE.split(template)
    return re.compile(
        "".join(
            f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )
    )


def _decoded(text: str) -> str | None:
    """The value, or ``None`` when it cannot be one: not UTF-8, a slash, a control character."""
    if "%" in text:
        try:
            text = unquote(text, errors="strict")
        except UnicodeDecodeError:
            return None
    if len(text) > LONGEST_VALUE or not text.isprintable():
        return None
    return None if "/" in text or "\\" in text or text in {".", ".."} else text

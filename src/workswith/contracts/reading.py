"""Reads a document's YAML by the rules of YAML 1.2 and puts its references in place.

YAML 1.1 turns ``off`` into false and ``2024-01-12`` into a date; an enum of the contract holds
``off``, so only the 1.2 core words are anything else than text here. A key that stands twice is an
error, for the reader of the file would see another document than the program.
"""

import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .document import ContractError

if TYPE_CHECKING:
    from yaml import SafeLoader as _SafeLoader
else:
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is far faster

_CORE = (
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("tag:yaml.org,2002:int", r"[-+]?[0-9]+", "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?",
        "-+.0123456789",
    ),
)
_BESIDE_REF = frozenset({"description", "summary", "title"})


class _Loader(_SafeLoader):
    """The safe loader with the words of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 -- PyYAML's own attribute

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 -- PyYAML's signature
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


for _tag, _pattern, _first in _CORE:
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))


def read(path: Path) -> dict[str, Any]:
    """The document as written. Raises `ContractError`."""
    try:
        raw = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506 -- a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(path.name, [str(error)]) from error
    if not isinstance(raw, dict):
        raise ContractError(path.name, ["the document is not a mapping"])
    return raw


def resolved(raw: dict[str, Any], subject: str) -> dict[str, Any]:
    """The document with each ``$ref`` replaced by what it points to. Raises `ContractError`.

    Beside a ``$ref`` only words for readers may stand; they win over those of the target.
    """
    flaws: list[str] = []

    def walk(node: Any, under: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [walk(item, under) for item in node]
        if not isinstance(node, dict):
            return node
        ref = node.get("$ref")
        if not isinstance(ref, str):
            return {key: walk(value, under) for key, value in node.items()}
        if ref in under:
            flaws.append(f"{ref} contains itself")
            return {}
        beside = {key: value for key, value in node.items() if key != "$ref"}
        flaws.extend(f"{key!r} beside {ref}" for key in beside.keys() - _BESIDE_REF)
        try:
            target = _at(raw, ref)
        except LookupError:
            flaws.append(f"{ref} points nowhere")
            return {}
        return {**walk(target, (*under, ref)), **beside}

    whole = {key: walk(value, ()) for key, value in raw.items() if key != "components"}
    if flaws:
        raise ContractError(subject, dict.fromkeys(flaws))
    return whole


def _at(raw: dict[str, Any], ref: str) -> dict[str, Any]:
    found = raw
    for step in _steps(ref):
        below = found.get(step)
        found = below if isinstance(below, dict) else {}
    if not found:
        raise LookupError(ref)
    return found


def _steps(ref: str) -> Iterator[str]:
    if not ref.startswith("#/"):
        raise LookupError(ref)
    for step in ref[2:].split("/"):
        yield step.replace("~1", "/").replace("~0", "~")

"""Flattens a schema into rows that a person can read from top to bottom."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workswith.contracts.document import Schema


@dataclass(frozen=True, slots=True)
class Row:
    """One member. ``path`` is ``chronothermostats[].setPoint.value``; ``depth`` starts at 0.

    ``limits`` are short phrases: ``one of: heating, cooling``, ``3 to 40``, ``needed for mode manual``.
    """

    path: str
    name: str
    depth: int
    type: str
    required: bool
    description: str
    limits: tuple[str, ...]


def rows(schema: Schema) -> tuple[Row, ...]:
    """The members of an object, or of the objects in a list; empty for anything else."""
    return tuple(_members(schema, "", 0))


def type_of(schema: Schema) -> str:
    """``string``, ``array of object``, ``string or number``, ``anything``."""
    kinds = schema.get("type", "anything")
    if kinds == "array":
        return f"array of {type_of(schema.get('items', {}))}"
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


def limits(schema: Schema) -> tuple[str, ...]:
    """What a value must satisfy, in short phrases."""
    return tuple(_limits(schema))


def _members(schema: Schema, prefix: str, depth: int) -> Iterator[Row]:
    if "items" in schema:
        yield from _members(schema["items"], f"{prefix}[]", depth)
        return
    needed = dict(_needed_for(schema))
    required = schema.get("required", [])
    for name, below in schema.get("properties", {}).items():
        path = f"{prefix}.{name}".removeprefix(".")
        extra = (f"needed for {needed[name]}",) if name in needed else ()
        yield Row(
            path=path,
            name=name,
            depth=depth,
            type=type_of(below),
            required=name in required,
            description=str(below.get("description", "")).strip(),
            limits=(*limits(below), *extra),
        )
        yield from _members(below, path, depth + 1)


def _needed_for(schema: Schema) -> Iterator[tuple[str, str]]:
    """Members that only one value of another member requires: ``if … const … then … required``."""
    for branch in schema.get("allOf", []):
        for key, condition in branch.get("if", {}).get("properties", {}).items():
            if "const" in condition:
                for name in branch.get("then", {}).get("required", []):
                    yield name, f"{key} {condition['const']}"


def _limits(schema: Schema) -> Iterator[str]:
    if "enum" in schema:
        yield "one of: " + ", ".join(_word(value) for value in schema["enum"])
    if "const" in schema:
        yield f"always {_word(schema['const'])}"
    yield from _span(schema, "minimum", "maximum", "")
    yield from _span(schema, "minLength", "maxLength", " characters")
    yield from _span(schema, "minItems", "maxItems", " items")
    if "format" in schema:
        yield f"format: {schema['format']}"
    if "pattern" in schema:
        yield f"form: {schema['pattern']}"
    if "default" in schema:
        yield f"default: {_word(schema['default'])}"


def _span(schema: Schema, low: str, high: str, unit: str) -> Iterator[str]:
    if low in schema and high in schema:
        yield f"{schema[low]} to {schema[high]}{unit}"
    elif low in schema:
        yield f"at least {schema[low]}{unit}"
    elif high in schema:
        yield f"at most {schema[high]}{unit}"


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower()

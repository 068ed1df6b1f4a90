"""Reads a form (``application/x-www-form-urlencoded``) into what its schema describes.

A form knows text only. A member is a number where the schema wants an integer or a number, a list
where it wants an array, and what is no number stays text, which the schema then refuses.
"""

from typing import Any
from urllib.parse import parse_qsl

from workswith.kernel.problem import Kind, Problem

from .bodies import parse
from .document import Schema

FORM = "application/x-www-form-urlencoded"
MEMBERS = 1_000


def parse_form(raw: bytes, schema: Schema) -> dict[str, Any]:
    """Raises `Problem` (malformed), also for a member that stands twice and is no list."""
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(raw),
            errors="strict",
            max_num_fields=MEMBERS,
        )
    except ValueError as error:
        raise Problem(
            Kind.MALFORMED,
            "body_not_form",
            "The body is not a form, as its Content-Type says.",
            hint="Send Content-Type: application/json with JSON; curl -d alone says form.",
            debug=str(error),
        ) from error
    properties = schema.get("properties", {})
    value: dict[str, Any] = {}
    for name, text in pairs:
        wanted = properties.get(name, {})
        if "\0" in text or "\0" in name:
            raise Problem(Kind.MALFORMED, "body_nul", "The body contains a NUL character.")
        if wanted.get("type") == "array":
            value.setdefault(name, []).append(_typed(text, wanted.get("items", {})))
        elif name in value:
            raise Problem(Kind.MALFORMED, "member_twice", "A member of the body stands twice.")
        else:
            value[name] = _typed(text, wanted)
    return value


def _typed(text: str, schema: Schema) -> Any:
    kind = schema.get("type")
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind not in {"integer", "number"}:
        return text
    try:
        return parse(text.encode())
    except Problem:
        return text

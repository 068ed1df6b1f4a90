"""Reads a JSON body strictly: what two readers could understand differently is refused.

Not JSON, not UTF-8, NaN, numbers out of range, members that stand twice, NUL characters and
nesting beyond `DEEPEST` all end in one `Problem` of kind malformed. [GTW-2]
"""

import re
from typing import Any

import msgspec

from workswith.kernel.problem import Kind, Problem

DEEPEST = 32
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def parse(raw: bytes) -> Any:
    """The value of a JSON text. Raises `Problem` (malformed)."""
    if not raw or raw.isspace():
        raise Problem(Kind.MALFORMED, "body_missing", "The request has no body; JSON is expected.")
    try:
        value = _decode(raw)
    except UnicodeDecodeError as error:
        raise Problem(Kind.MALFORMED, "body_not_utf8", "The body is not UTF-8 text.") from error
    except RecursionError as error:
        raise _too_deep() from error
    except msgspec.DecodeError as error:
        raise Problem(
            Kind.MALFORMED, "body_not_json", "The body is not valid JSON.", debug=str(error)
        ) from error
    if not _is_plain(raw, value) and _members(value) != _TEXT.sub(b"", raw).count(b":"):
        raise Problem(Kind.MALFORMED, "member_twice", "A member of the body stands twice.")
    return value


def _is_plain(raw: bytes, value: Any) -> bool:
    """Whether it is clear at a glance that nothing is wrong with it.

    Without a backslash a text has no NUL, and says each of its characters itself; so a member that
    stood twice would be missing from what is written of the value, with its colon.
    """
    return (
        b"\\" not in raw
        and raw.count(b"{") + raw.count(b"[") < DEEPEST
        and raw.count(b":") == _encode(value).count(b":")
    )


def _members(value: Any) -> int:
    """How many members all objects have together. Raises `Problem` for depth and NUL."""
    count = 0
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                count += len(node)
                below += node
                below += node.values()
            elif isinstance(node, list):
                below += node
            elif isinstance(node, str) and "\0" in node:
                raise Problem(Kind.MALFORMED, "body_nul", "The body contains a NUL character.")
        if not below:
            return count
        level = below
    raise _too_deep()


def _too_deep() -> Problem:
    return Problem(
        Kind.MALFORMED, "body_too_deep", f"The body is nested deeper than {DEEPEST} levels."
    )

"""JSON as XML, in the manner of the original's gateway (``json-to-xml``).

The root is ``Document``; a list becomes repeated elements; null becomes an empty element. Names that
XML does not allow are escaped as ``_xHHHH_``, characters that it does not allow become U+FFFD.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

ROOT = "Document"
_NAME_START = re.compile(r"[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]")
_NAME_REST = re.compile(r"[A-Za-z0-9_.\-\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]")
_LOOKS_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_xml(value: Mapping[str, Any]) -> str:
    """One line without declaration. ``value`` is parsed JSON."""
    return "".join(_element(ROOT, value))


def _element(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield f"<{name}>"
        for member, below in value.items():
            yield from _members(_name(member), below)
        yield f"</{name}>"
    elif value is None or value == "":
        yield f"<{name} />"
    else:
        yield f"<{name}>{_text(value)}</{name}>"


def _members(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, list):
        yield from _element(name, value)
        return
    for item in value:
        if isinstance(item, list):
            yield f"<{name}>"
            yield from _members(name, item)
            yield f"</{name}>"
        else:
            yield from _element(name, item)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = _NOT_XML.sub("\ufffd", text)
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
    )


def _name(member: str) -> str:
    """An element name; the inverse of `XmlConvert.DecodeName` of .NET."""
    if not member:
        return "_x0000_"
    escaped = [
        character
        if (_NAME_REST if index else _NAME_START).fullmatch(character)
        and not _LOOKS_ESCAPED.match(member, index)
        else f"_x{ord(character):04X}_"
        for index, character in enumerate(member)
    ]
    return "".join(escaped)

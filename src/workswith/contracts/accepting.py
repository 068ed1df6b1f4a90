"""Decides whether a caller takes one of our media types (RFC 9110, section 12.5.1).

Lenient where clients are sloppy: no header or an empty one takes everything, a malformed weight
counts as 1, ``*`` means ``*/*``.
"""

from functools import lru_cache

_WILD = "*/*"


@lru_cache(maxsize=256)  # a client sends the same header with every call
def accepts(header: str | None, offered: tuple[str, ...]) -> bool:
    """Whether ``header`` allows one of the media types ``offered``."""
    if not header or header == _WILD or not header.strip():
        return True
    ranges = dict(_range(part) for part in header.split(",") if part.strip())
    return any(_weight(ranges, media_type) > 0 for media_type in offered)


def _weight(ranges: dict[str, float], media_type: str) -> float:
    """The weight of the most specific range that covers ``media_type``; 0 when none does."""
    if media_type == _WILD:
        return 1
    for wanted in (media_type, media_type.partition("/")[0] + "/*", _WILD):
        if wanted in ranges:
            return ranges[wanted]
    return 0


def _range(part: str) -> tuple[str, float]:
    name, _, parameters = part.partition(";")
    name = name.strip().lower()
    weight = 1.0
    for parameter in parameters.split(";"):
        key, _, text = parameter.partition("=")
        if key.strip().lower() == "q":
            weight = 0.0 if text.strip() in {"0", "0.0", "0.00", "0.000"} else 1.0
    return _WILD if name == "*" else name, weight

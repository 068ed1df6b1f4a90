"""What a logo may be: a small PNG or JPEG, judged by its bytes and never by its name.

SVG is refused because it can carry script; so is a picture with anything behind its end. Drafts
keep it as a ``data:`` address, which a page shows without another request. [APP-1]
"""

from base64 import b64decode, b64encode

from workswith.identity.application_form import LONGEST_LOGO
from workswith.kernel.problem import Kind, Problem

LONGEST_SIDE = 2048
"""Pixels: what decodes to more is a bomb and not a logo."""


def logo(raw: bytes) -> str:
    """``data:image/png;base64,…``. Raises `Problem` INVALID ``logo_*`` with what to do instead."""
    if len(raw) > LONGEST_LOGO:
        raise _refused("logo_large", "Choose a picture of at most 256 kB.")
    found = _png(raw) or _jpeg(raw)
    if found is None:
        raise _refused("logo_kind", "Choose a PNG or JPEG picture.")
    media_type, width, height = found
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise _refused("logo_size", "Choose a picture of at most 2048 pixels a side.")
    return data_address(media_type, raw)


def data_address(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{b64encode(data).decode()}"


def content(data_address: str) -> bytes:
    """The bytes of what `logo` made; none for none."""
    return b64decode(data_address.partition(",")[2])


def _refused(code: str, detail: str) -> Problem:
    return Problem(Kind.INVALID, code, detail, field="logo")


_Found = tuple[str, int, int]


def _png(raw: bytes) -> _Found | None:
    """PNG (W3C) section 11.2.2: the first chunk is IHDR; the last is IEND, with nothing behind."""
    whole = raw[:8] == b"\x89PNG\r\n\x1a\n" and raw[12:16] == b"IHDR" and raw[-8:-4] == b"IEND"
    return ("image/png", _big(raw[16:20]), _big(raw[20:24])) if whole else None


def _jpeg(raw: bytes) -> _Found | None:
    """ITU-T T.81 annex B: walks the segments to the frame header, which has the size."""
    if raw[:3] != b"\xff\xd8\xff" or raw[-2:] != b"\xff\xd9":
        return None
    at = 2
    while at + 9 < len(raw) and raw[at] == 0xFF:
        marker = raw[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return ("image/jpeg", _big(raw[at + 7 : at + 9]), _big(raw[at + 5 : at + 7]))
        at += 2 + _big(raw[at + 2 : at + 4])
    return None


def _big(raw: bytes) -> int:
    return int.from_bytes(raw, "big")

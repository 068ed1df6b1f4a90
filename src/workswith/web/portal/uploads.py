"""What a logo may be: a small PNG, JPEG, GIF or WebP, judged by its bytes and never by its name.

SVG is refused because it can carry script. The picture is kept as a ``data:`` address, so that the
consent page shows it without asking any other server. [APP-1]
"""

from base64 import b64encode

from workswith.kernel.problem import Kind, Problem

AT_MOST = 100 * 1024
"""Bytes."""
LONGEST_SIDE = 2048
"""Pixels: what decodes to more is a bomb and not a logo."""


def logo(raw: bytes) -> str:
    """``data:image/png;base64,…``. Raises `Problem` INVALID ``logo_*`` with what to do instead."""
    if len(raw) > AT_MOST:
        raise _refused(
            "logo_large", f"This picture has {len(raw) // 1024} kB; {AT_MOST // 1024} kB is allowed."
        )
    found = _png(raw) or _gif(raw) or _webp(raw) or _jpeg(raw)
    if found is None:
        raise _refused("logo_kind", "Choose a PNG, JPEG, GIF or WebP picture.")
    media_type, width, height = found
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise _refused("logo_size", f"Choose a picture of at most {LONGEST_SIDE} pixels a side.")
    return f"data:{media_type};base64,{b64encode(raw).decode()}"


def _refused(code: str, detail: str) -> Problem:
    return Problem(Kind.INVALID, code, detail, field="logo")


_Found = tuple[str, int, int]


def _png(raw: bytes) -> _Found | None:
    """PNG (W3C) section 11.2.2: the first chunk is IHDR; the last is IEND, with nothing behind."""
    whole = raw[:8] == b"\x89PNG\r\n\x1a\n" and raw[12:16] == b"IHDR" and raw[-8:-4] == b"IEND"
    return ("image/png", _big(raw[16:20]), _big(raw[20:24])) if whole else None


def _gif(raw: bytes) -> _Found | None:
    """GIF89a section 18; section 27: the trailer is the last byte."""
    whole = raw[:6] in (b"GIF87a", b"GIF89a") and raw[-1:] == b";"
    return ("image/gif", _little(raw[6:8]), _little(raw[8:10])) if whole else None


def _webp(raw: bytes) -> _Found | None:
    """RFC 9649 sections 2.4 to 2.7: the three kinds of first chunk."""
    if raw[:4] != b"RIFF" or raw[8:12] != b"WEBP" or _little(raw[4:8]) + 8 != len(raw):
        return None
    kind = raw[12:16]
    if kind == b"VP8X" and len(raw) >= 30:
        return ("image/webp", _little(raw[24:27]) + 1, _little(raw[27:30]) + 1)
    if kind == b"VP8 " and raw[23:26] == b"\x9d\x01\x2a":
        return ("image/webp", _little(raw[26:28]) & 0x3FFF, _little(raw[28:30]) & 0x3FFF)
    if kind == b"VP8L" and raw[20:21] == b"\x2f":
        bits = _little(raw[21:25])
        return ("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return None


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


def _little(raw: bytes) -> int:
    return int.from_bytes(raw, "little")

"""What a logo may be: a picture, drawn anew by us, so that nothing else of the file is ever served.

PNG, JPEG and WebP come in, small PNGs of fixed sizes go out. SVG is refused because it is a document
that can carry script. Drafts keep a logo as a ``data:`` address, which a page shows without another
request. [APP-1, security of uploads]
"""

import asyncio
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from workswith.identity.application_form import LONGEST_LOGO
from workswith.kernel.problem import Kind, Problem

LONGEST_SIDE = 2048
"""Pixels: what decodes to more is a bomb and not a logo."""
PATIENCE_SECONDS = 60.0
"""For a machine that does much else; the process itself stops after ten seconds of work."""
_PROGRAM = Path(__file__).with_name("redraw.py")
_TOO_MANY_PIXELS = 4
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""All of our environment that the process sees: it has no use for secrets."""
_AT_ONCE = ThreadPoolExecutor(2, "pictures")


@dataclass(frozen=True, slots=True)
class Shape:
    """``how``: ``pad`` fills exactly width × height pixels, ``contain`` is what fits into them."""

    how: str
    width: int
    height: int


APPLICATION = Shape("pad", 256, 256)
"""Four times what pages show, for screens of phones."""
BRAND = Shape("contain", 480, 120)


async def logo(raw: bytes, shape: Shape) -> str:
    """``data:image/png;base64,…``. Raises `Problem` INVALID ``logo_*`` with what to do instead."""
    if len(raw) > LONGEST_LOGO:
        raise _refuse("logo_large", "Choose a picture of at most 256 kB.")
    if b"<svg" in raw[:4096].lower():
        raise _refuse(
            "logo_svg", "An SVG can carry a program. Save the picture as PNG and choose that."
        )
    drawn = await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _redraw, raw, shape)
    return data_address("image/png", drawn)


def data_address(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{b64encode(data).decode()}"


def content(data_address: str) -> bytes:
    """The bytes of what `logo` made; none for none."""
    return b64decode(data_address.partition(",")[2])


def _redraw(raw: bytes, shape: Shape) -> bytes:
    size = (str(shape.width), str(shape.height), str(LONGEST_SIDE))
    command = [sys.executable, "-I", str(_PROGRAM), shape.how, *size]
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  our own program; the bytes of others are its input
            command,
            input=raw,
            capture_output=True,
            env=environ,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise _refuse("logo_kind", "Choose a PNG, JPEG or WebP picture.") from late
    if done.returncode == _TOO_MANY_PIXELS:
        raise _refuse("logo_size", "Choose a picture of at most 2048 pixels a side.")
    if done.returncode != 0 or not done.stdout:
        raise _refuse("logo_kind", "Choose a PNG, JPEG or WebP picture.")
    return done.stdout


def _refuse(code: str, detail: str) -> Problem:
    return Problem(Kind.INVALID, code, detail, field="logo")

"""Draws a picture anew, in a process of its own: ``python -I redraw.py pad 256 256 2048 < in > out.png``.

Nothing of the file that came survives but its colours: no metadata, no second frame, no tail. What
decodes it reads bytes of strangers with C libraries, so that it has little memory, little time, no
files and no secrets. It imports nothing of the program; `pictures` calls it.
"""

import contextlib
import io
import struct
import sys
import warnings
import zlib

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP")
NOT_A_PICTURE, TOO_MANY_PIXELS = 3, 4
"""How it ends when it cannot draw."""
MEMORY, SECONDS = 512 * 1024 * 1024, 10
UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    OverflowError,
    SyntaxError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for files that are no pictures, or too much of one."""
HEAVY = 48 * 1024
"""Bytes; what would weigh more becomes a picture of 256 colours."""


def draw(raw: bytes, how: str, size: tuple[int, int], longest_side: int) -> bytes:
    """A PNG. ``how``: ``pad`` has exactly this ``size``, ``contain`` is as large as fits into it.

    Raises ``OverflowError`` for a side of more pixels than ``longest_side``, before any is decoded,
    and `UNREADABLE` for what is no picture.
    """
    with _opened(raw) as found:
        if not (0 < found.width <= longest_side and 0 < found.height <= longest_side):
            raise OverflowError
        found.seek(0)
        upright = ImageOps.exif_transpose(found).convert("RGBA")
    drawn = ImageOps.pad(upright, size) if how == "pad" else ImageOps.contain(upright, size)
    bare = Image.new("RGBA", drawn.size)  # has nothing that stood beside the pixels
    bare.paste(drawn)
    whole = _png(bare)
    return whole if len(whole) <= HEAVY else _png(bare.quantize(256, Image.Quantize.FASTOCTREE))


def _opened(raw: bytes) -> Image.Image:
    """Pillow merely warns of what is a little too large for it; that is too large for us."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return Image.open(io.BytesIO(raw), formats=FORMATS)
        except Image.DecompressionBombWarning as warned:
            raise OverflowError from warned


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def confine() -> None:
    """Where the system can: little memory, little time, no file longer than nothing."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415  not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> int:
    how, width, height, longest_side = arguments
    Image.init()
    confine()
    raw = sys.stdin.buffer.read()
    try:
        drawn = draw(raw, how, (int(width), int(height)), int(longest_side))
    except (OverflowError, Image.DecompressionBombError):
        return TOO_MANY_PIXELS
    except UNREADABLE:
        return NOT_A_PICTURE
    sys.stdout.buffer.write(drawn)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

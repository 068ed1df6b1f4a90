"""A logo is drawn anew: whatever else was in the file, only a small PNG of its colours is kept."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from workswith.identity.application_form import LONGEST_LOGO
from workswith.kernel.problem import Problem
from workswith.web.site import pictures, redraw

SCRIPT = b"<script>alert(1)</script>"


def picture(
    kind: str = "PNG", size: tuple[int, int] = (32, 16), mode: str = "RGB", **options: Any
) -> bytes:
    """A whole file, red."""
    out = io.BytesIO()
    reds: dict[str, int | tuple[int, ...]] = {"CMYK": (0, 255, 255, 0), "L": 76, "P": 1}
    Image.new(mode, size, reds.get(mode, "red")).save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def claimed(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says that it has so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )  # fmt: skip


def opened(address: str) -> Image.Image:
    kept = pictures.content(address)
    assert kept.startswith(b"\x89PNG")
    assert SCRIPT not in kept
    found = Image.open(io.BytesIO(kept))
    found.load()
    return found


def pixel(found: Image.Image, mode: str, place: tuple[int, int]) -> tuple[int, ...]:
    colours = found.convert(mode).getpixel(place)
    assert isinstance(colours, tuple)
    return colours


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_three_kinds_become_a_png_of_one_size(kind: str) -> None:
    found = opened(await pictures.logo(picture(kind), pictures.APPLICATION))
    assert (found.format, found.size) == ("PNG", (256, 256))
    red, green, blue, opaque = pixel(found, "RGBA", (128, 128))
    assert red > 240
    assert max(green, blue) < 16
    assert opaque == 255
    assert pixel(found, "RGBA", (128, 0))[3] == 0, "the sides of a wide one are empty"


async def test_a_brand_keeps_its_shape() -> None:
    found = opened(await pictures.logo(picture(size=(200, 10)), pictures.BRAND))
    assert found.size == (480, 24)


@pytest.mark.parametrize("mode", ["RGBA", "L", "LA", "P", "1", "I;16", "CMYK"])
async def test_every_kind_of_colour_is_understood(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    raw = picture(kind, mode=mode)
    assert opened(await pictures.logo(raw, pictures.APPLICATION)).size == (256, 256)


async def test_metadata_is_gone() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", SCRIPT.decode())
    told.add_itxt("XML:com.adobe.xmp", SCRIPT.decode(), zip=True)
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    exif[0x8825] = {2: (45.0, 4.0, 0.0)}  # where it was taken
    for raw in (
        picture(pnginfo=told, exif=exif, icc_profile=SCRIPT),
        picture("JPEG", exif=exif, comment=SCRIPT, icc_profile=SCRIPT),
        picture("WEBP", exif=exif, xmp=SCRIPT),
    ):
        found = opened(await pictures.logo(raw, pictures.APPLICATION))
        assert found.info == {}
        assert dict(found.getexif()) == {}


async def test_a_picture_lies_as_its_camera_held_it() -> None:
    upright = Image.new("RGB", (40, 40), "blue")
    upright.paste("red", (0, 0, 40, 20))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    out = io.BytesIO()
    upright.save(out, "PNG", exif=exif)
    found = opened(await pictures.logo(out.getvalue(), pictures.APPLICATION))
    assert pixel(found, "RGB", (128, 200))[0] > 240


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_of_what_moves_the_first_frame_stays(kind: str) -> None:
    blue = Image.new("RGB", (32, 16), "blue")
    raw = picture(kind, save_all=True, append_images=[blue] * 5, duration=50)
    found = opened(await pictures.logo(raw, pictures.APPLICATION))
    assert getattr(found, "n_frames", 1) == 1
    assert pixel(found, "RGB", (128, 128))[0] > 240


@pytest.mark.parametrize(
    ("kind", "tail"),
    [
        ("PNG", SCRIPT),
        ("JPEG", b"PK\x03\x04" + SCRIPT),
        ("WEBP", b"%PDF-1.7 " + SCRIPT),
        ("PNG", b"<?php system($_GET[0]); ?>" + SCRIPT),
        ("JPEG", b"\xff\xd8\xff" + SCRIPT),
    ],
)
async def test_a_file_of_two_kinds_loses_the_other(kind: str, tail: bytes) -> None:
    kept = pictures.content(await pictures.logo(picture(kind) + tail, pictures.APPLICATION))
    assert kept.endswith(b"IEND\xaeB`\x82")
    assert tail[:6] not in kept
    assert SCRIPT not in kept


async def test_what_hides_between_the_parts_is_lost_too() -> None:
    raw = picture()
    hidden = raw[:33] + chunk(b"zzZz", SCRIPT) + raw[33:]
    assert SCRIPT in hidden
    opened(await pictures.logo(hidden, pictures.APPLICATION))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "logo_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "logo_svg"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE svg><SVG onload='alert(1)'/>", "logo_svg"),
        (b"<html><script>alert(1)</script>", "logo_kind"),
        (b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;", "logo_kind"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "logo_kind"),
        (picture("TIFF"), "logo_kind"),
        (picture("BMP"), "logo_kind"),
        (picture("ICO"), "logo_kind"),
        (picture()[:40], "logo_kind"),
        (picture("JPEG")[:150], "logo_kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "logo_kind"),
        (b"RIFF\xff\xff\xff\x7fWEBPVP8 ", "logo_kind"),
        (claimed(60_000, 60_000), "logo_size"),
        (claimed(2049, 1), "logo_size"),
        (claimed(0, 1), "logo_kind"),
        (picture() + bytes(LONGEST_LOGO), "logo_large"),
    ],
)  # fmt: skip
async def test_anything_else_is_refused_and_says_why(raw: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        await pictures.logo(raw, pictures.APPLICATION)
    assert (caught.value.code, caught.value.field) == (code, "logo")


async def test_bombs_do_not_go_off() -> None:
    """A few kilobytes that unpack to gigabytes, in the places that a decoder unpacks."""
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9))
    colours = chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(100_000_000), 9))
    raw = picture()
    for bomb in (raw[:33] + text + raw[33:], raw[:33] + colours + raw[33:]):
        assert len(bomb) < LONGEST_LOGO
        try:
            opened(await pictures.logo(bomb, pictures.APPLICATION))
        except Problem as problem:
            assert problem.code == "logo_kind"


async def test_the_largest_that_is_allowed_is_drawn() -> None:
    raw = picture(size=(2048, 2048))
    assert opened(await pictures.logo(raw, pictures.APPLICATION)).size == (256, 256)


async def test_a_picture_of_noise_stays_small() -> None:
    noise = Image.effect_noise((300, 300), 200).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    address = await pictures.logo(out.getvalue(), pictures.APPLICATION)
    assert len(pictures.content(address)) < 72_000
    assert opened(address).size == (256, 256)


def test_what_pillow_only_warns_of_is_too_large() -> None:
    """A head that says 9,500 by 9,500, before the pixels of a small picture."""
    small = picture()
    head = b"IHDR" + struct.pack(">II", 9_500, 9_500) + small[24:29]
    raw = small[:12] + head + struct.pack(">I", zlib.crc32(head)) + small[33:]
    with pytest.raises(OverflowError):
        redraw.draw(raw, "pad", (16, 16), 2048)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_broken_in_a_file_it_is_drawn_or_refused(data: st.DataObject) -> None:
    """The same function as in the process, so that many can be tried."""
    raw = bytearray(picture(data.draw(st.sampled_from(["PNG", "JPEG", "WEBP"]))))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        drawn = redraw.draw(bytes(raw), "pad", (16, 16), 2048)
    except redraw.UNREADABLE:
        return
    assert Image.open(io.BytesIO(drawn)).size == (16, 16)


def test_who_draws_has_little_memory_and_writes_no_files(tmp_path: Path) -> None:
    """Both on systems that have such limits, which is where a cloud of many people runs."""
    pytest.importorskip("resource")
    tries = f"""
import runpy, signal
redraw = runpy.run_path({redraw.__file__!r})
redraw["confine"]()
try:
    bytearray(redraw["MEMORY"])
except MemoryError:
    print("no memory")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with open({str(tmp_path / "x")!r}, "w") as file:
        file.write("x")
except OSError:
    print("no file")
"""
    done = subprocess.run([sys.executable, "-I", "-c", tries], capture_output=True, check=False)
    assert done.stdout.splitlines() == [b"no memory", b"no file"], done.stderr

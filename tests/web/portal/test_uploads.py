"""A logo is judged by its bytes: only whole, small pictures of two kinds pass."""

import struct

import pytest

from workswith.identity.application_form import LONGEST_LOGO
from workswith.kernel.problem import Problem
from workswith.web.portal import uploads

PNG = (
    b"\x89PNG\r\n\x1a\n"
    + struct.pack(">I", 13)
    + b"IHDR"
    + struct.pack(">II", 16, 8)
    + bytes(9)
    + bytes(4)
    + b"IEND"
    + bytes(4)
)
JPEG = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0\xff\xd9"


@pytest.mark.parametrize(
    ("raw", "start"),
    [
        (PNG, "data:image/png;base64,iVBOR"),
        (JPEG, "data:image/jpeg;base64,"),
    ],
)
def test_both_kinds_pass_whatever_their_name_was(raw: bytes, start: str) -> None:
    kept = uploads.logo(raw)
    assert kept.startswith(start)
    assert uploads.content(kept) == raw


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "logo_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "logo_kind"),
        (b"<html><script>alert(1)</script>", "logo_kind"),
        (PNG + b"<script>alert(1)</script>", "logo_kind"),
        (b"GIF89a\x01\0\x01\0;", "logo_kind"),
        (JPEG + b"PK\x03\x04", "logo_kind"),
        (JPEG[:-2], "logo_kind"),
        (PNG[:16] + struct.pack(">II", 60_000, 60_000) + PNG[24:], "logo_size"),
        (PNG[:16] + struct.pack(">II", 0, 1) + PNG[24:], "logo_size"),
        (PNG + bytes(LONGEST_LOGO), "logo_large"),
    ],
)
def test_anything_else_is_refused_and_says_why(raw: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        uploads.logo(raw)
    assert (caught.value.code, caught.value.field) == (code, "logo")

"""A brand's colour for light and for dark pages: what follows from it, and whether it can be read.

Contrast is that of WCAG 2.2, section 1.4.3: 4.5 to 1 for text, on every ground that pages have.
"""

import re

from workswith.kernel.problem import Kind, Problem

NEEDED = 4.5
LIGHT_GROUNDS = ("#f6f4ee", "#fffdf9", "#efece3")
DARK_GROUNDS = ("#0e1513", "#161f1c", "#1f2a26")
"""Paper, surface and raised surface of the stylesheet."""
WHITE, BLACK = "#ffffff", "#000000"
_HEX = re.compile(r"#[0-9a-f]{6}")


def sheet(light: str, dark: str) -> str:
    """The stylesheet of a brand's colours."""
    return (
        ":root{"
        f"--brand:light-dark({light},{dark});"
        f"--brand-deep:light-dark({mixed(light, BLACK, 0.25)},{mixed(dark, WHITE, 0.25)});"
        f"--on-brand:light-dark({above(light)},{above(dark)});"
        f"--brand-soft:light-dark({mixed(LIGHT_GROUNDS[1], light, 0.12)},"
        f"{mixed(DARK_GROUNDS[1], dark, 0.16)})"
        "}\n"
    )


def checked(colour: str, field: str, grounds: tuple[str, ...]) -> str:
    """In small letters. Raises INVALID ``colour_unknown`` or ``colour_weak``, beside ``field``."""
    colour = colour.strip().lower()
    if not _HEX.fullmatch(colour):
        raise Problem(
            Kind.INVALID, "colour_unknown", "A colour is # and six digits, as #0d5c55.", field=field
        )
    soft = mixed(grounds[1], colour, 0.16)
    if min(contrast(colour, ground) for ground in (*grounds, soft)) < NEEDED:
        raise Problem(
            Kind.INVALID,
            "colour_weak",
            "Text in this colour could not be read: its contrast is less than 4.5 to 1.",
            hint="Choose a darker one for light pages, a lighter one for dark pages.",
            field=field,
        )
    return colour


def contrast(one: str, other: str) -> float:
    """1 … 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def above(ground: str) -> str:
    """White or black, whichever is easier to read on ``ground``."""
    return max((WHITE, BLACK), key=lambda one: contrast(one, ground))


def mixed(one: str, other: str, share: float) -> str:
    """``share`` of ``other`` in ``one``."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

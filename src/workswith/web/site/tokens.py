"""The tokens of the stylesheet, read from it: what the design page prints and tests hold against WCAG 2.2."""

import re
from dataclasses import dataclass

NEEDED_TEXT, NEEDED_SHAPE = 4.5, 3.0
"""Sections 1.4.3 and 1.4.11: text, and what has to be seen to use a control or read a picture."""

TEXT_ON: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ink", ("paper", "surface", "raised", "chosen", "brand-soft", "warm-soft", "good-soft")),
    ("ink", ("bad-soft", "info-soft")),
    ("quiet", ("paper", "surface", "raised")),
    ("brand", ("paper", "surface", "raised", "brand-soft", "warm-soft", "info-soft")),
    ("brand-deep", ("paper", "surface", "raised", "brand-soft")),
    ("on-brand", ("brand", "brand-deep")),
    ("on-bad", ("bad",)),
    ("warm", ("paper", "surface", "warm-soft")),
    ("good", ("surface", "good-soft")),
    ("bad", ("paper", "surface", "raised", "bad-soft")),
    ("info", ("surface", "info-soft")),
    ("code-ink", ("code-paper",)),
    ("code-quiet", ("code-paper",)),
)
"""Which colours are written on which grounds."""
SHAPES_ON: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("edge", ("paper", "surface")),
    ("warm", ("paper", "surface", "raised")),
    ("brand", ("paper", "surface")),
)
"""Edges of fields, the mark of the focus, lines of charts."""

_TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")
_BOTH = re.compile(r"light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
_ONE = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Colour:
    """``light`` and ``dark`` are # and six digits."""

    name: str
    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """In the order of the stylesheet. ``sizes`` and ``others`` are pairs of name and value."""

    colours: dict[str, Colour]
    sizes: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


def tokens(stylesheet: str) -> Tokens:
    """What stands in ``:root``."""
    root = stylesheet[
        stylesheet.index(":root {") : stylesheet.index("}", stylesheet.index(":root"))
    ]
    colours, sizes, others = {}, [], []
    for name, value in _TOKEN.findall(root):
        if both := _BOTH.fullmatch(value):
            colours[name] = Colour(name, *both.groups())
        elif _ONE.fullmatch(value):
            colours[name] = Colour(name, value, value)
        elif re.fullmatch(r"[\d.]+rem", value):
            sizes.append((name, value))
        else:
            others.append((name, value))
    return Tokens(colours, tuple(sizes), tuple(others))

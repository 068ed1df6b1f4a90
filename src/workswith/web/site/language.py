"""The language of a page: the reader's choice, and the words of Python code.

The catalogues themselves are `workswith.kernel.words`: mails speak the same languages.
"""

from typing import cast

from babel.core import Locale, negotiate_locale
from babel.support import LazyProxy

from workswith.kernel.words import CATALOGUES, SOURCE, catalogue, current, languages

__all__ = ["CATALOGUES", "SOURCE", "catalogue", "current", "languages"]


def _(text: str) -> str:
    """The text in the language of the page. None is none: a catalogue has its header under it."""
    return catalogue(current.get()).gettext(text) if text else ""


def ngettext(one: str, many: str, number: int) -> str:
    return catalogue(current.get()).ngettext(one, many, number)


def lazy(text: str) -> str:
    """A text that is translated when it is shown: for tables and forms made at import.

    It behaves as the ``str`` that it is declared to be wherever texts are shown.
    """
    return cast("str", LazyProxy(_, text, enable_cache=False))


def locale() -> Locale:
    return Locale.parse(current.get())


def choose(wanted: str | None, accept: str, fallback: str) -> str:
    """The language that was asked for by name, else the best of ``Accept-Language``."""
    have = languages()
    if wanted in have:
        return wanted
    preferred = [name.replace("-", "_") for name in _by_weight(accept)]
    return negotiate_locale(preferred, list(have)) or (fallback if fallback in have else SOURCE)


def _by_weight(accept: str) -> list[str]:
    weighted: list[tuple[float, str]] = []
    for part in accept[:200].split(","):
        name, _sep, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), name.strip()))
        except ValueError:
            continue
    return [name for _weight, name in sorted(weighted, key=lambda item: item[0]) if name]

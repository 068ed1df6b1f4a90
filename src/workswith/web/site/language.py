"""The language of a page: catalogues, the reader's choice, and the words of Python code.

English is the source. A catalogue is ``locale/<language>/LC_MESSAGES/messages.po``; it is compiled
when the site starts, so that a translation is a text file and nothing else.
"""

import gettext
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import cast

from babel.core import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy, Translations

SOURCE = "en"
CATALOGUES = Path(__file__).parent.parent / "locale"

current: ContextVar[str] = ContextVar("language", default=SOURCE)
"""The language of the page that is being made."""


@cache
def languages() -> tuple[str, ...]:
    """All that pages can be read in, the source first."""
    found = sorted(path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.po"))
    return (SOURCE, *(language for language in found if language != SOURCE))


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The words of ``language``; those of the source are the keys themselves."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if language not in languages() or not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        words = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    return Translations(compiled)


def _(text: str) -> str:
    """The text in the language of the page."""
    return catalogue(current.get()).gettext(text)


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

"""Languages: which there are, and the words of each.

English is the source. A catalogue is ``locale/<language>/LC_MESSAGES/messages.po`` beside the pages,
most of whose words it has; it is compiled at its first use, so that a translation is a text file
and nothing else. Pages and mails share it. Spaces that must not break are set here, so that translators
type ordinary ones.
"""

import gettext
import re
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

SOURCE = "en"
CATALOGUES = Path(__file__).parent.parent / "web" / "locale"

_SPACES = {
    "fr": (
        (re.compile(r" (?=[;!?])"), "\N{NARROW NO-BREAK SPACE}"),
        (re.compile(r" (?=[:»°]|%%)|(?<=«) "), "\N{NO-BREAK SPACE}"),
    ),
}
"""What stands between a word and the mark that belongs to it, by language."""

current: ContextVar[str] = ContextVar("language", default=SOURCE)
"""The language of whoever is being answered."""


@cache
def languages() -> tuple[str, ...]:
    """All that there are, the source first."""
    found = sorted(path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.po"))
    return (SOURCE, *(language for language in found if language != SOURCE))


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The words of ``language``; those of the source are the keys themselves."""
    if language not in languages() or language == SOURCE:
        return gettext.NullTranslations()
    # Only where somebody reads another language than the source.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415
    from babel.support import Translations  # noqa: PLC0415

    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        words = read_po(file, locale=language)
    for message in words:
        if isinstance(message.string, tuple):
            message.string = tuple(_spaced(language, form) for form in message.string)
        elif message.id and isinstance(message.string, str):
            message.string = _spaced(language, message.string)
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    return Translations(compiled)


def _spaced(language: str, text: str) -> str:
    for place, space in _SPACES.get(language, ()):
        text = place.sub(space, text)
    return text


def N_(text: str) -> str:  # noqa: N802 - the name that catalogues of translations look for
    """Marks a text that is translated where it is shown."""
    return text

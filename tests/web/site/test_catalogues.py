"""Every text has its French and its Italian, with the same places for values. [style: languages]"""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.web.words import Text, texts
from workswith.kernel.words import CATALOGUES, catalogue, languages

PLACES = re.compile(r"%\(\w+\)s|%[sd]|\{\w*\}|</?\w+>")


@cache
def _texts() -> frozenset[Text]:
    return frozenset(texts())


def _words(language: str) -> dict[Text, Text]:
    path = Path(CATALOGUES) / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {_text(each.id): _text(each.string) for each in catalogue if each.id}


def _text(found: str | list[str] | tuple[str, ...] | None) -> Text:
    return found if isinstance(found, str) else tuple(found or ())


FORSAKEN = {
    "fr": r"logement|habitant|exploitant|gestionnaire|points? d’accès|points? de réception|\bbanni|"
    r"URL de réponse|courriel|jetons? de rafraîch|clés? d’accès|'",
    "it": r"abbonament|gestor[ei]\b|\bambiti\b|alloggi|\bbando\b|\bbandit|(?<!{)access token|\buna mail\b|"
    r"\bvostr[aeio]\b|\bvoi\b|(?-i:\bLei\b|(?<=\w )Su[aoei]\b)|[«»']",
}
"""Words that gave way to another: home is maison and casa, subscription abonnement and sottoscrizione,
operator opérateur and operatore, endpoint point de terminaison, ban exclusion and esclusione, access token
jeton d’accès and token di accesso, mail e-mail; Italian readers are spoken to as tu. Apostrophes are curved, and
Italian quotes are “ ”.
"""


def test_there_are_three_languages() -> None:
    assert languages() == ("en", "fr", "it")


@pytest.mark.parametrize("language", ["fr", "it"])
def test_every_text_is_translated(language: str) -> None:
    """``pybabel extract`` as ``extraction.cfg`` says; a missing line belongs into messages.po."""
    words = _words(language)
    assert sorted(str(text) for text in _texts() if not words.get(text)) == []
    assert sorted(str(text) for text in words if text not in _texts()) == [], "no longer used"


@pytest.mark.parametrize("language", ["fr", "it"])
def test_values_have_the_same_places(language: str) -> None:
    for text, translated in _words(language).items():
        english = text if isinstance(text, tuple) else (text,)
        other = translated if isinstance(translated, tuple) else (translated,)
        for form in other:
            assert sorted(PLACES.findall(form)) == sorted(PLACES.findall(english[-1])), text


@pytest.mark.parametrize("language", ["fr", "it"])
def test_one_word_stands_for_one_thing(language: str) -> None:
    forsaken = re.compile(FORSAKEN[language], re.IGNORECASE)
    found = {
        form
        for translated in _words(language).values()
        for form in ((translated,) if isinstance(translated, str) else translated)
        if forsaken.search(form)
    }
    assert found == set()


def test_plurals_follow_the_language() -> None:
    """French says "0 code", Italian "0 codici"."""
    one, many = "%(count)s recovery code is left.", "%(count)s recovery codes are left."
    assert "code de" in catalogue("fr").ngettext(one, many, 0)
    assert "codici" in catalogue("it").ngettext(one, many, 0)

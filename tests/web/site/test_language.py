from collections.abc import Iterator
from pathlib import Path

import pytest

from workswith.kernel import words
from workswith.web.site import language

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Sign in"
msgstr "Se connecter"

msgid "Ready? Say “yes”: at %(time)s, %(level)s %% and 20 °C."
msgstr "Prêt ? Dites « oui » : à %(time)s, %(level)s %% et 20 °C."

msgid "%(num)d home"
msgid_plural "%(num)d homes"
msgstr[0] "%(num)d maison"
msgstr[1] "%(num)d maisons"
"""


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue in a folder of its own."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(PO, "utf-8")
    monkeypatch.setattr(words, "CATALOGUES", tmp_path)
    language.languages.cache_clear()
    language.catalogue.cache_clear()
    yield
    language.languages.cache_clear()
    language.catalogue.cache_clear()


def test_a_text_file_is_all_that_a_language_needs(french: None) -> None:
    assert language.languages() == ("en", "fr")
    token = language.current.set("fr")
    try:
        assert language._("Sign in") == "Se connecter"
        assert language._("Not translated") == "Not translated"
        assert language.ngettext("%(num)d home", "%(num)d homes", 2) == "%(num)d maisons"
        assert str(language.lazy("Sign in")) == "Se connecter"
    finally:
        language.current.reset(token)
    assert str(language.lazy("Sign in")) == "Sign in"


def test_no_text_stays_no_text(french: None) -> None:
    """A catalogue has its own header under the empty text; no page shows that."""
    token = language.current.set("fr")
    try:
        assert not language._("")
        assert not str(language.lazy(""))
    finally:
        language.current.reset(token)


def test_french_marks_stay_with_their_words(french: None) -> None:
    """A line never begins with a question mark, although translators type ordinary spaces."""
    token = language.current.set("fr")
    try:
        said = language._("Ready? Say “yes”: at %(time)s, %(level)s %% and 20 °C.")
    finally:
        language.current.reset(token)
    assert said == ("Prêt\u202f? Dites «\xa0oui\xa0»\xa0: à %(time)s, %(level)s\xa0%% et 20\xa0°C.")


@pytest.mark.parametrize(
    ("wanted", "accept", "chosen"),
    [
        (None, "", "en"),
        (None, "fr", "fr"),
        (None, "fr-CH, de;q=0.9", "fr"),
        (None, "de, en;q=0.8, fr;q=0.9", "fr"),
        (None, "en-GB,fr;q=0.9", "en"),
        ("fr", "en", "fr"),
        ("xx", "en", "en"),
        (None, "de", "en"),
        (None, "fr;q=nonsense, ;;;,q=", "en"),
        ("../../etc", "fr", "fr"),
    ],
)
def test_the_reader_is_asked_in_the_right_order(
    french: None, wanted: str | None, accept: str, chosen: str
) -> None:
    assert language.choose(wanted, accept, "en") == chosen

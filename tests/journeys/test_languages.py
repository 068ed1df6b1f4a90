"""Who reads French or Italian meets no English: every page in both, compared with the English one. [PRT-7]

What stands the same in two languages is a name, code, or a text that nobody translated. Texts of API documents
are English for everybody and say so (``lang="en"``), so that screen readers pronounce them as they are written.
"""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po

from tests import pages
from tests.cloud import Cloud
from tests.pages import BEGINS, NOBODY, PLACES, Place
from tests.person import Person
from workswith.apis import documents
from workswith.kernel.words import CATALOGUES

pytestmark = [pytest.mark.xdist_group("languages")]

LANGUAGES = ("fr", "it")
UNREAD = frozenset({"code", "pre", "script", "style", "textarea", "kbd", "samp"})
VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
SPOKEN = (
    "aria-label",
    "alt",
    "placeholder",
    "title",
    "data-label",
    "data-done",
    "data-show",
    "data-hide",
)
WORD = re.compile(r"[^\W\d_]{3,}")
TAG = re.compile(r"</?\w+>")
VALUE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

NAMES = (
    *(
        "WorksWith",
        "English",
        "Français",
        "Italiano",
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "DELETE",
        "JSON",
    ),
    *("Dora", "Enzo", "Olga", "Developer", "Enduser", "Operator", "Starter Kit", "My subscription"),
    *("Sample application", "Warm at Six", "Example & Sons", "More calls for winter", "Please."),
    *("How to read `loadState`?", "It says ACTIVE.", "Learns when you leave work."),
    *("Warms the house before you come home.", "OpenID Connect", "JSON Web Token (JWT)", "Newman"),
    *(
        "Dora Developer",
        "Dora D.",
        "Olga Operator",
        "Enzo Enduser",
        "Nina New",
        "Developer portal",
        "first",
    ),
    *("Shows what is in a home, and turns, switches and moves it.", "timeout, connect, dns, tls …"),
    (
        "Everything needed to begin, free of charge: all third-party APIs, "
        "with a daily number of calls for each end-user of your application."
    ),
    *("chronothermostat", "token", "workswith up"),
    *("Curl", "Python", "JavaScript", "Java", "C#", "PHP", "Ruby", "Go"),
)
"""What somebody called something, or wrote: people, products, `pages.prepare`; words of programs."""
CODE = re.compile(r"\S*(?:[-_/@.:{]|[a-z][A-Z])\S*|[a-z]+\d|\w+ v\d\S*")
"""Ids, addresses, paths and versions."""
JOINTS = re.compile(r" · | – |: | \(|\)|, ")
"""Where a title is put together of a name and words."""


class _Texts(HTMLParser):
    """Every text of a page that is seen or heard."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        foreign = tag != "html" and ("lang" in given or given.get("translate") == "no")
        if tag not in VOID and (self._silent or tag in UNREAD or foreign):
            self._silent.append(tag)
        if not self._silent:
            for name, value in given.items():
                if name in SPOKEN or name.startswith("data-say"):
                    self._take(value)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag in self._silent:
            while self._silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._take(data)

    def _take(self, text: str) -> None:
        text = " ".join(text.split())
        if WORD.search(text):
            self.found.add(text)


def texts_of(html: str) -> set[str]:
    parser = _Texts()
    parser.feed(html)
    return parser.found


@cache
def translated(language: str) -> re.Pattern[str]:
    """All that the catalogue of ``language`` can say."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        words = [message.string or () for message in read_po(file, locale=language) if message.id]
    every = {form for each in words for form in ([each] if isinstance(each, str) else each)}
    parts = (TAG.split(form) for form in every)
    shown = {" ".join(part.split()) for each in parts for part in each}
    patterns = (
        ".+".join(re.escape(piece) for piece in VALUE.split(text))
        for text in shown
        if WORD.search(VALUE.sub("", text))
    )
    return re.compile("|".join(sorted(patterns)), re.IGNORECASE)


@pytest.fixture(scope="module")
def names(cloud: Cloud) -> dict[str, str]:
    return pages.prepare(cloud)


@pytest.fixture(scope="module")
def known(cloud: Cloud) -> frozenset[str]:
    """Names of things: homes and devices of the sandbox, APIs and their operations."""
    homes = {one["name"] for one in cloud.every_plant}
    modules = {each["name"] for one in cloud.every_plant for each in one["modules"]}
    apis = {text for one in documents().values() for text in (one.title, one.slug)}
    versions = {f"{one.title} {one.version}" for one in documents().values()}
    every = [each for one in documents().values() for each in one.operations]
    operations = {text for each in every for text in (each.name, each.id)}
    return frozenset({*NAMES, *homes, *modules, *apis, *versions, *operations})


@pytest.fixture(scope="module")
def readers(cloud: Cloud) -> dict[tuple[str, str], Person]:
    """Everybody, in every language."""
    return {
        (who, language): _reader(cloud, who, language)
        for who in (NOBODY, *BEGINS)
        for language in ("en", *LANGUAGES)
    }


def _reader(cloud: Cloud, who: str, language: str) -> Person:
    person, portal = Person(cloud.verify), cloud.origin("portal")
    person.http.headers["accept"] = "text/html"
    person.open(f"{portal}/signin?lang={language}")
    if who != NOBODY:
        known = cloud.document[who]
        person.sign_in(known["email"], known["password"])
        person.open(f"{portal}{BEGINS[who]}?lang={language}")
    return person


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_speaks_one_language(
    place: Place,
    readers: dict[tuple[str, str], Person],
    names: dict[str, str],
    known: frozenset[str],
    cloud: Cloud,
) -> None:
    address = cloud.origin("portal") + place.path.format(**names)
    shown = {
        language: _shown(readers[place.who, language], address, language)
        for language in ("en", *LANGUAGES)
    }
    left = {
        language: sorted(_left(shown["en"] & shown[language], language, known))
        for language in LANGUAGES
    }
    assert left == {language: [] for language in LANGUAGES}


def _shown(reader: Person, address: str, language: str) -> set[str]:
    answer = reader.open(address)
    assert f'<html lang="{language}"' in answer.text, answer.url
    return texts_of(answer.text)


def _left(texts: set[str], language: str, known: frozenset[str]) -> Iterator[str]:
    words = translated(language)
    for text in texts:
        parts = [text, *JOINTS.split(text)]
        if not any(_fits(part, words, known) for part in parts[:1]) and not all(
            _fits(part, words, known) for part in parts[1:]
        ):
            yield text


def _fits(text: str, words: re.Pattern[str], known: frozenset[str]) -> bool:
    return (
        text in known
        or not WORD.search(text)
        or CODE.fullmatch(text) is not None
        or words.fullmatch(text) is not None
    )

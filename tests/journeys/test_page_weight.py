"""A page weighs less than 100 kB without images: HTML, style and script as they are sent. [PRT-7]

HTML is sent as it is, since it carries secrets whose length a compressor would tell; style and script
are sent compressed, once a year.
"""

import re

import pytest

from tests import pages
from tests.cloud import Cloud
from tests.pages import PLACES
from tests.person import Person

pytestmark = pytest.mark.xdist_group("weight")

MOST = 100_000
"""Bytes as sent."""
MOST_RAW = 140_000
"""Bytes as a browser reads them, with nothing compressed."""
_LOADED = re.compile(r'(?:src|href)="((?:/static/[^"]+\.(?:css|js)|/brand\.css)[^"]*)"')
_IMPORTED = re.compile(r'(?:from|import)\s*\(?"\./([\w-]+\.js)[^"]*"')


def test_every_page_is_light(cloud: Cloud, people: dict[str, Person]) -> None:
    names, portal = pages.prepare(cloud), cloud.origin("portal")
    parts: dict[str, tuple[int, int]] = {}
    heavy = []
    for place in PLACES:
        person = people[place.who]
        answer = person.open(portal + place.path.format(**names))
        sent, raw = answer.num_bytes_downloaded, len(answer.content)
        loaded = set(_LOADED.findall(answer.text))
        for path in loaded | _imported(person, portal, loaded):
            if path not in parts:
                part = person.http.get(portal + path)
                assert part.status_code == 200, path
                parts[path] = (part.num_bytes_downloaded, len(part.content))
            sent, raw = sent + parts[path][0], raw + parts[path][1]
        if sent > MOST or raw > MOST_RAW:
            heavy.append((place.name, sent, raw))
    assert heavy == []
    assert any(path.endswith(".css") or ".css?" in path for path in parts)
    assert all(sent <= raw for sent, raw in parts.values())


def _imported(person: Person, portal: str, scripts: set[str]) -> set[str]:
    """What the modules load in turn."""
    found = set()
    for path in scripts:
        if ".js" in path:
            text = person.http.get(portal + path).text
            found |= {f"/static/{name}" for name in _IMPORTED.findall(text)}
    return found

"""Every page is HTML as the standard wants it, by html-validate. [PRT-7: HTML validated]"""

import json
import subprocess
from pathlib import Path

import pytest

from tests import pages
from tests.cloud import Cloud
from tests.pages import PLACES
from tests.patience import WITHIN
from tests.person import Person

pytestmark = pytest.mark.xdist_group("html")

VALIDATOR = Path(".tools/node_modules/.bin/html-validate")
RULES = "standard"
"""What the HTML standard says; what it leaves to taste is not looked at."""


@pytest.fixture(scope="module")
def names(cloud: Cloud) -> dict[str, str]:
    return pages.prepare(cloud)


def complaints(folder: Path) -> list[str]:
    done = subprocess.run(
        [VALIDATOR, "--preset", RULES, "--formatter", "json", folder],
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN,
    )
    assert done.stdout, done.stderr
    return [
        f"{Path(file['filePath']).name}:{one['line']} {one['ruleId']}: {one['message']}"
        for file in json.loads(done.stdout)
        for one in file["messages"]
    ]


def test_every_page_is_valid(
    cloud: Cloud, people: dict[str, Person], names: dict[str, str], tmp_path: Path
) -> None:
    for place in PLACES:
        url = cloud.origin("portal") + place.path.format(**names)
        answer = people[place.who].open(url)
        assert answer.status_code == place.status, place.name
        (tmp_path / f"{place.name}.html").write_text(answer.text, "utf-8")
    assert complaints(tmp_path) == []


def test_pages_that_say_what_is_wrong_are_valid(
    cloud: Cloud, people: dict[str, Person], names: dict[str, str], tmp_path: Path
) -> None:
    """Every form of every page, sent empty."""
    sent = 0
    for place in PLACES:
        person = people[place.who]
        person.open(cloud.origin("portal") + place.path.format(**names))
        for form in person.forms:
            texts = {name for name in form.values if name not in {"csrf", "once", "return_to"}}
            if form.method != "post" or not texts or "close" in form.action:
                continue
            person.open(cloud.origin("portal") + place.path.format(**names))
            answer = person.submit(form, **dict.fromkeys(texts, ""))
            if answer.status_code == 422:
                sent += 1
                (tmp_path / f"{place.name}-{sent}.html").write_text(answer.text, "utf-8")
    assert sent > 15
    assert complaints(tmp_path) == []


def test_a_mistake_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "<!doctype html><html lang='en'><head><title>x</title></head><body><p><div></div></p>"
    )
    assert complaints(tmp_path)

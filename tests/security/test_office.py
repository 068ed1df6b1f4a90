"""The office is there for operators alone; for everybody else there is no such page. [OPR, IDOR]"""

import pytest

from . import routes
from .stage import Stage, guard_of
from .test_forged import owns

pytestmark = pytest.mark.timeout(600)

MODERATION = ("/forum/threads/{thread}/{act}", "/forum/posts/{post}/{act}")


@pytest.mark.parametrize("who", ["bob", "hugo"])
async def test_nobody_else_finds_the_office(people: Stage, who: str) -> None:
    person = people.people[who]
    token = await guard_of(person.browser)
    before = await people.rows()
    found, tried = [], 0
    for address in routes.addresses(people):
        if not address.route.startswith("/office") and address.route not in MODERATION:
            continue
        path = address.of(owns(people))
        if address.method == "GET":
            answer = await person.browser.http.get(path)
        else:
            answer = await person.browser.http.post(
                path, data={**token, "reason": "x", "text": "x"}
            )
        tried += 1
        if answer.status_code != 404:
            found.append((str(address), answer.status_code))
    assert found == []
    assert tried > 40
    assert await people.rows() == before


async def test_the_office_opens_for_an_operator(people: Stage) -> None:
    olga = people.people["olga"]
    closed = []
    for address in routes.addresses(people):
        if address.method == "GET" and address.route.startswith("/office"):
            answer = await olga.browser.open(address.of(owns(people)))
            if answer.status_code != 200:
                closed.append((str(address), answer.status_code))
    assert closed == []

"""Cross-site request forgery: a form counts only if a page of this session made it. [Security]"""

import pytest

from . import routes
from .routes import Address
from .stage import ORIGIN, Person, Stage, guard_of

pytestmark = pytest.mark.timeout(600)

EVIL = "https://evil.example"
NOT_OURS = {
    "/authorize": "an application's page sends it without our cookies; it becomes the GET",
    "/end_session": "the same, for signing out; the page asks before anything ends",
}
"""Forms that come from other sites by design."""
FOREIGN = (
    {"origin": EVIL},
    {"origin": f"{ORIGIN}.evil.example"},
    {"origin": "https://portal.test:444"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "null", "sec-fetch-site": "cross-site"},
)
"""What a browser says of a form on another site."""
_REFUSED = "This form is no longer valid"


def owner_of(address: Address, people: Stage) -> Person:
    """Somebody who may send this form."""
    moderates = address.path.endswith(tuple(f"/{act}" for act in routes.WORDS["act"]))
    office = address.route.startswith("/office") or moderates
    return people.people["olga" if office else "ada"]


def posts(people: Stage) -> list[Address]:
    found = [one for one in routes.addresses(people) if one.method == "POST"]
    assert len(found) > 100
    return [one for one in found if one.route not in NOT_OURS]


def owns(people: Stage) -> dict[str, str]:
    """Everything that Ada has, and what only operators have."""
    return {**people.people["olga"].owns, **people.people["ada"].owns}


async def test_without_the_token_of_this_session_nothing_is_done(people: Stage) -> None:
    """None, another session's, a visitor's, and the right one in the address."""
    tokens = {one.name: await guard_of(one.browser) for one in people.people.values()}
    wrong: list[tuple[dict[str, str], bool]] = [
        ({}, False),
        ({}, True),
        (await guard_of(people.stranger, "/signin"), False),
        ({"csrf": "x"}, False),
    ]
    before = await people.rows()
    passed = []
    for address in posts(people):
        who = owner_of(address, people)
        others = tokens["bob" if who.name == "ada" else "ada"]
        for token, in_address in [*wrong, (others, False)]:
            path = address.of(owns(people))
            params = tokens[who.name] if in_address else {}
            answer = await who.browser.http.post(path, data=token, params=params)
            if answer.status_code != 403 or _REFUSED not in answer.text:
                passed.append((str(address), token, answer.status_code))
    assert passed == []
    assert await people.rows() == before


async def test_another_site_cannot_send_a_form_even_with_the_token(people: Stage) -> None:
    tokens = {one.name: await guard_of(one.browser) for one in people.people.values()}
    before = await people.rows()
    passed = []
    for address in posts(people):
        who = owner_of(address, people)
        for headers in FOREIGN:
            answer = await who.browser.http.post(
                address.of(owns(people)), data=tokens[who.name], headers=headers
            )
            if answer.status_code != 403:
                passed.append((str(address), headers, answer.status_code))
    assert passed == []
    assert await people.rows() == before


@pytest.mark.parametrize("origin", [ORIGIN, "null", None])
async def test_own_forms_are_heard(bare: Stage, origin: str | None) -> None:
    """Browsers name the origin of a form, or hide it, as the policy of our pages lets them."""
    ada = bare.people["ada"]
    token = await guard_of(ada.browser)
    headers = {"origin": origin} if origin else {}
    form = {**token, "theme": "dark"}
    answer = await ada.browser.http.post("/preferences", data=form, headers=headers)
    assert answer.status_code == 303
    assert "ww_theme" in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", NOT_OURS)
async def test_forms_of_other_sites_change_nothing(bare: Stage, path: str) -> None:
    ada = bare.people["ada"]
    before = await bare.rows()
    answer = await ada.browser.http.post(path, data={"state": "1"}, headers={"origin": EVIL})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?state=1")
    assert await bare.rows() == before

"""Each page and form x another user's ids: there is nothing there, and nothing happens. [IDOR]

What is tried has a true owner, for whom the same addresses work; so a 404 says that it is not the
asker's and not that it does not exist.
"""

import pytest

from . import routes
from .routes import Address
from .stage import Person, Stage, guard_of

pytestmark = pytest.mark.timeout(600)

SHARED = {
    ("GET", "/logos/{client}"): "a consent page shows the logo to everybody",
    ("GET", "/forum/threads/{thread}"): "everybody reads the forum",
    ("POST", "/forum/threads/{thread}"): "every developer may reply",
    ("POST", "/forum/posts/{post}/report"): "every developer may object to a post",
}
"""What is another's and open all the same."""
QUIET = {
    "/account/sessions/{session}/end",
    "/account/third-party-access/{client}/revoke",
    "/account/third-party-access/link/{app}/{other}/end",
    "/home/invitations/{invitation}/decline",
    "/home/{plant}/settings/invitations/{invitation}/remove",
    "/home/{plant}/settings/members/{member}/remove",
}
"""Forms that end something of one's own and do not say whether there was anything."""
WRITES_OWN = frozenset({"web_drafts"})
"""A draft that is unknown begins anew, as one's own."""
FIELDS = {
    "name": "Mine", "text": "Mine", "reason": "Mine", "type": "custom", "touch": "off", "go": "save",
    "room": "", "label": "Mine", "title": "Mine", "daily_quota": "9", "back": "",
}  # fmt: skip
"""What a form may want, so that it is not refused for what is missing."""


@pytest.mark.parametrize(
    ("attacker", "victim"),
    [("bob", "ada"), ("hugo", "grace"), ("grace", "ada"), ("bob", "grace")],
)
async def test_nothing_of_others_is_reached(people: Stage, attacker: str, victim: str) -> None:
    """With all ids another's, and with a way in that is one's own and only the last id another's."""
    thief, owner = people.people[attacker], people.people[victim]
    token = await guard_of(thief.browser)
    before = await people.rows(WRITES_OWN)
    reached, tried = [], 0
    for address in owned(people):
        if set(address.names) - set(owner.owns) or (address.method, address.route) in SHARED:
            continue
        for path in {address.of(owner.owns), *mixed(address, thief, owner)}:
            answer = await ask(thief, address.method, path, token)
            tried += 1
            if answer not in expected(thief, address):
                reached.append((address.method, path, answer))
    assert reached == []
    assert tried > 60
    after = await people.rows(WRITES_OWN)
    assert {name: after[name] for name in after if after[name] != before[name]} == {}


async def test_an_operator_reaches_what_the_office_has_and_nothing_else(people: Stage) -> None:
    """Whoever runs the program opens no home, and no application as if it were their own."""
    olga, ada = people.people["olga"], people.people["ada"]
    token = await guard_of(olga.browser)
    before = await people.rows()
    reached = []
    for address in owned(people):
        if address.route.startswith(("/office", "/forum", "/showcase/{entry}", "/logos")):
            continue
        answer = await ask(olga, address.method, address.of(ada.owns), token)
        if answer not in expected(olga, address) | {403}:
            reached.append((str(address), answer))
    assert reached == []
    assert await people.rows() == before


async def test_the_same_pages_open_for_their_owner(people: Stage) -> None:
    closed = []
    for person in people.people.values():
        for address in owned(people):
            mine = not set(address.names) - set(person.owns)
            office = address.route.startswith("/office") and person.account.kind != "operator"
            if address.method == "GET" and mine and not office:
                answer = await person.browser.open(address.of(person.owns))
                if answer.status_code != 200 and "{number}" not in address.route:
                    closed.append((person.name, str(address), answer.status_code))
    assert closed == [("ada", "GET /logos/{client}", 404), ("bob", "GET /logos/{client}", 404)]


async def test_the_same_forms_are_heard_from_their_owner(people: Stage) -> None:
    """The ones that end things last; each is understood, whether or not it can be done now."""
    ada = people.people["ada"]
    token = await guard_of(ada.browser)
    forms = [
        one
        for one in owned(people)
        if one.method == "POST"
        and not set(one.names) - set(ada.owns)
        and not one.route.startswith(("/office", "/account/sessions"))
        and not one.path.endswith(tuple(f"/{act}" for act in routes.WORDS["act"]))
    ]
    deaf = []
    for address in sorted(forms, key=_order):
        answer = await ask(ada, "POST", address.of(ada.owns), token)
        if answer not in {200, 303, 409, 422}:
            deaf.append((str(address), answer))
    assert {path for path, _status in deaf} - ELSEWHERE == set()


ELSEWHERE = {
    "POST /home/invitations/{invitation}/accept",  # hers invites somebody else
    "POST /home/{plant}/settings/leave",  # is for those who only share the home
    "POST /home/{plant}/thermostats/{module}/programs/new/copy",  # a new one is made by its page
    "POST /home/{plant}/thermostats/{module}/programs/new/remove",
}


_ENDS = ("remove", "delete", "cancel", "end", "revoke", "withdraw", "leave", "close", "decline")


def _order(address: Address) -> tuple[bool, bool, int, str]:
    last = address.path.rpartition("/")[2]
    restores = last in {"restore", "accept"}
    return (last in _ENDS, restores, -len(address.names), address.path)


def owned(people: Stage) -> list[Address]:
    return [one for one in routes.addresses(people) if one.names]


def mixed(address: Address, thief: Person, owner: Person) -> list[str]:
    """Each of the ids another's in turn, the others one's own."""
    if len(address.names) < 2 or set(address.names) - set(thief.owns):
        return []
    return [address.of({**thief.owns, **_swapped(address, owner, name)}) for name in address.names]


def _swapped(address: Address, owner: Person, name: str) -> dict[str, str]:
    if address.route.startswith(routes.THERMOSTAT_ONLY):
        same = {"plant": "flat", "module": "thermostat"}
        return {same[name]: owner.owns[same[name]]}
    return {name: owner.owns[name]}


def expected(thief: Person, address: Address) -> set[int]:
    """404, which does not even say that there is something; 403 at a door for developers."""
    if address.route in QUIET:
        return {303, 404}
    return {404} if thief.account.kind == "developer" else {404, 403}


async def ask(person: Person, method: str, path: str, token: dict[str, str]) -> int:
    http = person.browser.http
    if method == "GET":
        return (await http.get(path)).status_code
    return (await http.post(path, data={**FIELDS, **token})).status_code

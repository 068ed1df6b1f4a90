"""No route is forgotten by this suite: each is filled in, or the test says which is not."""

import pytest

from . import routes
from .stage import Stage

pytestmark = pytest.mark.timeout(600)


async def test_every_name_in_a_route_is_known(bare: Stage) -> None:
    """A new name is something that people own (`stage` makes one for each) or a word to choose."""
    unknown = {
        f"{route.path}: {name}"
        for route in routes.site_routes(bare)
        for name in routes.names_of(route.path)
        if name not in routes.OWNED and name not in routes.WORDS
    }
    assert unknown == set()


async def test_somebody_owns_one_of_each(people: Stage) -> None:
    """Of what is tried against others there is a real one."""
    owners: dict[str, set[str]] = {name: set() for name in routes.OWNED}
    for person in people.people.values():
        for name in person.owns:
            owners.get(name, set()).add(person.name)
    lonely = {name: who for name, who in owners.items() if len(who) < 2}
    assert set(lonely) == {"announcement", "news"}, "operators are one party"


async def test_every_word_is_one_that_its_page_knows(people: Stage) -> None:
    """A word that nobody understands would be refused for that reason, and the test prove nothing."""
    ada = people.people["ada"]
    for address in routes.addresses(people):
        if address.method == "GET" and not address.names and "{" in address.route:
            answer = await ada.browser.get(address.path)
            assert answer.status_code in {200, 303, 404} or address.path == "x", address

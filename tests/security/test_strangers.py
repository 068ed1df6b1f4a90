"""Whoever is not signed in sees public pages and the door, and changes nothing. [Security]"""

import pytest

from . import routes
from .stage import Stage, guard_of
from .test_forged import NOT_OURS, owns

pytestmark = pytest.mark.timeout(600)

PUBLIC = frozenset(
    {
        # The door
        "/signin", "/signin/second", "/signin/passkey", "/signin/passkey/options",
        "/signin/second/passkey", "/signin/second/passkey/options", "/signin/company",
        "/signin/company/callback", "/signout", "/signup", "/signup/developer", "/signup/home",
        "/signup/sent",
        "/signup/mail", "/verify", "/forgot", "/forgot/sent", "/reset", "/account/email/confirm",
        "/authorize", "/authorize/consent", "/end_session", "/end_session/confirmed",
        # What everybody may read
        "/", "/getting-started", "/faq", "/guides", "/guides/application", "/guides/oauth",
        "/guides/ids", "/guides/notifications", "/guides/keys", "/guides/postman",
        "/apis", "/apis/{api}", "/apis/{api}/openapi.json", "/apis/{api}/changes",
        "/apis/{api}/changes.atom", "/apis/{api}/operations/{operation}",
        "/apis/{api}/operations/{operation}/console", "/postman.json", "/products",
        "/products/{product}", "/changelog", "/changelog.atom", "/status", "/search", "/contact",
        "/forum", "/forum/threads/{thread}", "/showcase", "/showcase/{entry}", "/announcements", "/announcements.atom",
        "/status.atom", "/design",
        # What every page is made of
        "/static/{name}", "/brand.css", "/brand/logo", "/legal/{document}", "/logos/{client}",
        "/preferences",
        "/console/callback",  # the last page of the window, which has no session to know
    }
)  # fmt: skip
"""Whoever adds a page that needs no account says so here."""
HIDDEN = frozenset({"/metrics"})
"""For programs, which show a token; without it there is no such page."""


async def test_only_public_pages_open_without_an_account(people: Stage) -> None:
    opened = []
    for address in routes.addresses(people):
        if address.method != "GET":
            continue
        answer = await people.stranger.http.get(address.of(owns(people)))
        to_door = answer.headers.get("location", "").startswith("/signin?return_to=")
        hidden = address.route in HIDDEN and answer.status_code == 404
        if not (to_door or hidden or address.route in PUBLIC):
            opened.append((str(address), answer.status_code))
    assert opened == []
    known = {route.path for route in routes.site_routes(people)}
    assert PUBLIC - known == set(), "no longer there"


async def test_what_is_public_shows_nothing_of_anybodys(people: Stage) -> None:
    """Addresses of people, their homes, keys and secrets stand on no public page."""
    ada = people.people["ada"]
    subscriptions = people.areas.catalog.subscriptions
    keys = await subscriptions.keys(ada.account.id, ada.owns["subscription"])
    private = {one.account.email for one in people.people.values()}
    private |= {"Flat of", "House of", "Application of", "A question", "Half made"}
    private |= {key.key for key in keys.values()} | {ada.owns["plant"], ada.owns["flat"]}
    for address in routes.addresses(people):
        if address.method == "GET" and address.route in PUBLIC:
            answer = await people.stranger.open(address.of(owns(people)))
            shown = [one for one in private if one in answer.text]
            assert shown == [], address


async def test_no_form_of_a_stranger_changes_what_others_have(people: Stage) -> None:
    token = await guard_of(people.stranger, "/signin")
    before = await people.rows()
    passed = []
    for address in routes.addresses(people):
        if address.method != "POST" or address.route in NOT_OURS:
            continue
        answer = await people.stranger.http.post(address.of(owns(people)), data=token)
        to_door = answer.headers.get("location", "") == "/signin"
        if not to_door and address.route not in PUBLIC:
            passed.append((str(address), answer.status_code))
    assert passed == []
    after = await people.rows()
    assert {name for name in after if after[name] != before[name]} <= {"challenge"}

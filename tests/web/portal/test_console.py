"""Try it: the sign-in window with PKCE and state, the hand-over, and what a call has cost."""

import dataclasses
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.web.portal.conftest import ORIGIN, Browser
from tests.web.portal.test_subscriptions import subscribe
from workswith.catalog.quota import counted
from workswith.catalog.window import window
from workswith.events.outbox import append
from workswith.kernel.problem import Kind, Problem
from workswith.web import app
from workswith.web.site.services import Services
from workswith.webhooks.preview import Preview

CLIENT = "6f4f0d0e-0000-4000-8000-000000000001"


class Client:
    """The port `ConsoleClient`: notes what was asked, answers as told."""

    client_id = CLIENT
    asked: tuple[str, str, str] = ("", "", "")
    refuse = False

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str:
        self.asked = (code, verifier, redirect_uri)
        if self.refuse:
            raise Problem(Kind.INVALID, "code_refused", "The code is used up.")
        return "header.claims.signature"


class Console(Browser):
    """A developer's browser on a site that has a client."""

    def __init__(self, services: Services) -> None:
        self.client = Client()
        wired = dataclasses.replace(services, console=self.client)
        super().__init__(wired, app.create(wired))


@pytest.fixture
async def console(services: Services) -> AsyncIterator[Console]:
    """Signed in."""
    made = Console(services)
    async with made.http:
        await made.sign_in("ada@dev.test")
        yield made


async def start(browser: Any) -> dict[str, str]:
    answer = await browser.get("/console/authorize?channel=c-1", 303)
    url = urlsplit(answer.headers["location"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{ORIGIN}/authorize"
    return {name: values[0] for name, values in parse_qs(url.query).items()}


async def test_the_token_reaches_the_page_that_asked(console: Console) -> None:
    asked = await start(console)
    assert asked["client_id"] == CLIENT
    assert asked["redirect_uri"] == f"{ORIGIN}/console/callback"
    assert asked["code_challenge_method"] == "S256"
    text = (await console.get(f"/console/callback?code=abc&state={asked['state']}")).text
    assert 'data-token="header.claims.signature"' in text
    assert 'data-channel="c-1"' in text
    code, verifier, address = console.client.asked
    assert (code, address) == ("abc", f"{ORIGIN}/console/callback")
    assert len(verifier) >= 43


async def test_an_answer_counts_once_and_only_with_its_state(console: Console) -> None:
    asked = await start(console)
    wrong = await console.get("/console/callback?code=abc&state=other", 400)
    assert 'data-token=""' in wrong.text
    assert console.client.asked == ("", "", "")
    await console.get(f"/console/callback?code=abc&state={asked['state']}", 400)


async def test_a_window_that_nobody_opened_gets_nothing(console: Console, visitor: Any) -> None:
    await visitor.get("/console/callback?code=abc&state=x", 400)
    assert console.client.asked == ("", "", "")


async def test_a_refusal_is_handed_over_as_text(console: Console) -> None:
    asked = await start(console)
    query = f"error=access_denied&error_description=%3Cb%3EAccess&state={asked['state']}"
    text = (await console.get(f"/console/callback?{query}", 400)).text
    assert "&lt;b&gt;Access" in text
    assert "<b>Access" not in text
    asked = await start(console)
    console.client.refuse = True
    text = (await console.get(f"/console/callback?code=old&state={asked['state']}", 400)).text
    assert "The code is used up." in text


async def test_without_a_client_the_reader_is_told_what_to_do(browser: Any) -> None:
    answer = await browser.http.get("/console/authorize")
    assert answer.status_code == 409
    assert "Paste an access token" in answer.text


async def test_the_cost_of_calls_is_told_to_their_own_user(
    console: Console, other: Browser
) -> None:
    made = await subscribe(console)
    services = console.services
    today = window(services.clock.now()).day
    key = counted("starter-kit", console.account_id)
    for _call in range(3):
        await services.counter.take(key, today, 500)
    path = f"/console/quota?subscription={made}"
    answer = (await console.get(f"{path}&subject={console.account_id}")).json()
    assert (answer["used"], answer["limit"], answer["left"]) == (3, 500, 497)
    assert answer["seconds"] == 12 * 3600
    await console.get(f"{path}&subject={other.account_id}", 404)


async def test_the_form_offers_the_examples_and_every_parameter(browser: Any) -> None:
    for api in browser.services.apis:
        for operation in api.document.operations:
            page = f"/apis/{api.document.slug}/operations/{operation.id}/console"
            text = (await browser.get(page)).text
            places = re.findall(r'name="([\w-]+)" data-in="(\w+)"', text)
            assert places == [(one.name, one.place) for one in operation.parameters]
            assert ('<textarea id="body"' in text) is (operation.body is not None)


async def test_what_a_call_caused_is_told_to_whom_the_home_belongs(
    console: Console, other: Browser, services: Any
) -> None:
    (home,) = await services.homes.create(console.account_id, "flat")
    preview = Preview(services.database, {"smarther": lambda event, _: event.flow.encode()})
    wired = dataclasses.replace(services, preview=preview)
    await services.database.write(
        append,
        plant_id=home.plant.id,
        module_id="m",
        kind="thermostat",
        changed=("x",),
        state={},
        at=1,
        flow="f-1",
    )
    for who, seen in ((console, 1), (other, 0)):
        browser = Browser(wired, app.create(wired))
        browser.http.cookies = who.http.cookies
        async with browser.http:
            path = f"/console/notifications?flow=f-1&subject={who.account_id}"
            found = (await browser.get(path)).json()
            assert [one["body"] for one in found] == ["f-1"] * seen
            await browser.get("/console/notifications?flow=f-1&subject=somebody", 404)

"""Products, subscriptions and keys: the tutorial's step 2, and everything the profile can do."""

import asyncio
import re
from html import unescape
from typing import Any

import pytest

from tests.web.portal.conftest import guard

KIT = "/products/starter-kit"


async def subscribe(browser: Any, name: str = "My kit") -> str:
    """The id of a new subscription."""
    answer = await browser.post(KIT, KIT, {"name": name})
    assert answer.headers["location"].startswith("/profile#subscription-")
    return str(answer.headers["location"].removeprefix("/profile#subscription-"))


async def test_subscribing_leads_to_the_profile_with_both_keys(browser: Any) -> None:
    made = await subscribe(browser)
    keys = await browser.services.subscriptions.keys(browser.account_id, made)
    text = (await browser.get("/profile")).text
    assert keys["primary"].key in text
    assert keys["secondary"].key in text
    assert "ada@dev.test" in text
    assert "You have 1 subscription to this product:" in (await browser.get(KIT)).text


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
async def test_a_bad_name_is_refused_beside_the_field_and_kept(browser: Any, name: str) -> None:
    answer = await browser.post(KIT, KIT, {"name": name}, status=422)
    assert 'aria-invalid="true"' in answer.text
    assert not await browser.services.subscriptions.of_account(browser.account_id)


async def test_a_double_click_makes_one_subscription(browser: Any) -> None:
    data = {**guard((await browser.get(KIT)).text), "name": "Once"}
    answers = await asyncio.gather(*(browser.http.post(KIT, data=data) for _ in range(4)))
    assert {answer.headers["location"] for answer in answers} == {answers[0].headers["location"]}
    assert len(await browser.services.subscriptions.of_account(browser.account_id)) == 1


async def test_without_the_proof_of_origin_nothing_happens(browser: Any) -> None:
    answer = await browser.http.post(KIT, data={"name": "forged"})
    assert answer.status_code == 403
    assert not await browser.services.subscriptions.of_account(browser.account_id)


async def test_a_name_is_text_wherever_it_stands(browser: Any) -> None:
    await subscribe(browser, "<script>alert(1)</script>\"'")
    for path in ("/profile", KIT, "/apis/echo/operations/create-resource", "/getting-started"):
        text = (await browser.get(path)).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


async def test_regenerating_one_key_leaves_the_other(browser: Any) -> None:
    made = await subscribe(browser)
    was = await browser.services.subscriptions.keys(browser.account_id, made)
    await browser.post("/profile", f"/profile/subscriptions/{made}/keys/primary/regenerate")
    now = await browser.services.subscriptions.keys(browser.account_id, made)
    assert now["primary"].key != was["primary"].key
    assert now["secondary"].key == was["secondary"].key
    await browser.post(
        "/profile", f"/profile/subscriptions/{made}/keys/tertiary/regenerate", status=404
    )


async def test_renaming_keeps_a_bad_name_on_the_page(browser: Any) -> None:
    made = await subscribe(browser)
    page = f"/profile/subscriptions/{made}/rename"
    assert 'value="My kit"' in (await browser.get(page)).text
    await browser.post(page, page, {"name": ""}, status=422)
    await browser.post(page, page, {"name": "Bridge"})
    assert "Bridge" in (await browser.get("/profile")).text


async def test_a_cancelled_subscription_moves_to_the_ended_ones(browser: Any) -> None:
    made = await subscribe(browser)
    keys = await browser.services.subscriptions.keys(browser.account_id, made)
    await browser.post("/profile", f"/profile/subscriptions/{made}/cancel")
    text = (await browser.get("/profile")).text
    assert keys["primary"].key not in text
    assert "Ended subscriptions" in text
    assert await browser.services.subscriptions.find(keys["primary"].key) is None


@pytest.mark.parametrize("act", ["rename", "cancel", "keys/primary/regenerate"])
async def test_another_developers_subscription_does_not_exist(
    browser: Any, other: Any, act: str
) -> None:
    made = await subscribe(browser)
    was = await browser.services.subscriptions.keys(browser.account_id, made)
    page = f"/profile/subscriptions/{made}/{act}"
    await other.post("/profile", page, {"name": "stolen"}, status=404)
    if act == "rename":
        await other.get(page, 404)
    one = await browser.services.subscriptions.one(browser.account_id, made)
    assert (one.name, one.state) == ("My kit", "active")
    assert await browser.services.subscriptions.keys(browser.account_id, made) == was
    assert was["primary"].key not in (await other.get("/profile")).text
    await other.get(f"/console/quota?subscription={made}", 404)


async def test_samples_and_try_it_are_filled_with_the_own_key(browser: Any, visitor: Any) -> None:
    made = await subscribe(browser)
    keys = await browser.services.subscriptions.keys(browser.account_id, made)
    page = "/apis/echo/operations/create-resource"
    assert keys["primary"].key in (await browser.get(page)).text
    assert keys["primary"].key in (await browser.get("/")).text
    console = unescape((await browser.get(f"{page}/console")).text)
    labels = re.findall(r"<option value=\"\w+\" data-subscription=\"[^\"]+\">([^<]+)", console)
    assert labels == ["Primary-My kit", "Secondary-My kit"]
    assert "{subscription key}" in unescape((await visitor.get(page)).text)

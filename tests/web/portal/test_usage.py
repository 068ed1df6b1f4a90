"""The usage page says what was counted, to its owner only, and the file has every row."""

import csv
import re
from typing import Any

import pytest

from tests.catalog.calls import Call
from tests.web.portal.conftest import Browser
from workswith.catalog.products import STARTER_KIT
from workswith.catalog.usage import Usage
from workswith.kernel.clock import DAY, HOUR
from workswith.web.portal import usage


async def use(browser: Any, subscription: str, *calls: dict[str, Any]) -> None:
    counted = Usage(browser.services.database)
    for call in calls:
        counted.note(
            Call(**{"at": browser.services.clock.now(), **call}, subscription_id=subscription)
        )
    await counted.settle()


async def subscribe(browser: Browser, name: str = "Kit") -> str:
    made = await browser.services.subscriptions.subscribe(browser.account_id, STARTER_KIT, name)
    return made.id


async def test_without_a_subscription_it_leads_to_the_products(browser: Any) -> None:
    assert "No subscription yet" in (await browser.get("/usage")).text


async def test_it_says_what_was_counted(browser: Any) -> None:
    mine = await subscribe(browser)
    assert "No calls in this time" in (await browser.get("/usage")).text
    now = browser.services.clock.now()
    await use(
        browser,
        mine,
        *[{} for _ in range(7)],
        {"status": 404, "operation": "create-resource"},
        {"status": 401, "client_id": "", "account_id": ""},
        {"at": now - 40 * DAY},
    )
    text = (await browser.get("/usage")).text
    assert "<dt>Calls</dt><dd>9</dd>" in text
    assert "<dt>Refused</dt><dd>2 " in text
    assert "/apis/echo/operations/create-resource" in text
    assert "without a valid token" in text
    assert text.count('class="bar"') == 1
    assert text.count('class="bar over"') == 1
    assert "8 / 500" in text, "an attempt without a token is nobody's"
    month = (await browser.get("/usage?range=quarter")).text
    assert "<dt>Calls</dt><dd>10</dd>" in month


async def test_it_says_which_end_users_called(browser: Any) -> None:
    mine = await subscribe(browser)
    ids = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(usage.END_USERS + 1)]
    calls = [{"account_id": id_} for id_ in ids]
    await use(
        browser,
        mine,
        *calls,
        {"account_id": ids[0], "status": 404},
        {"account_id": browser.account_id, "at": browser.services.clock.now() - 2 * DAY},
        {"account_id": browser.account_id, "status": 408},
        {"account_id": browser.account_id},
        {"account_id": browser.account_id},
        {"status": 401, "client_id": "", "account_id": ""},
    )
    text = (await browser.get("/usage")).text
    table = text.partition('id="end-users"')[2].partition("</table>")[0]
    rows = re.findall(r'<code class="small">(.*?)</code>(.*?)</td>.*?>(\d+)</td>.*?>(\d+)<', table)
    assert rows[:2] == [(browser.account_id, " (you)", "4", "1"), (ids[0], "", "2", "1")]
    assert [id_ for id_, *_ in rows[2:]] == ids[1 : usage.END_USERS - 1], "the most frequent"


async def test_it_can_be_narrowed_to_a_subscription(browser: Any) -> None:
    one, other = await subscribe(browser, "One"), await subscribe(browser, "Other")
    await use(browser, one, {}, {})
    await use(browser, other, {})
    assert "<dt>Calls</dt><dd>3</dd>" in (await browser.get("/usage?range=day")).text
    narrowed = (await browser.get(f"/usage?range=day&subscription={other}")).text
    assert "<dt>Calls</dt><dd>1</dd>" in narrowed
    assert "3 / 500" in narrowed, "both share the end-user's day"
    assert f"/usage/csv?range=day&amp;subscription={other}" in narrowed


async def test_the_file_has_every_row(browser: Any) -> None:
    mine = await subscribe(browser)
    now = browser.services.clock.now()
    await use(browser, mine, {}, {}, {"at": now - HOUR, "status": 404, "handling_us": 2_980})
    answer = await browser.get("/usage/csv?range=week")
    assert answer.headers["content-type"].startswith("text/csv")
    earlier, later = csv.DictReader(answer.text.splitlines())
    assert (earlier["status"], earlier["calls"], earlier["api_ms"]) == ("404", "1", "2.980")
    assert (later["status"], later["calls"], later["checks_ms"]) == ("200", "2", "0.020")
    assert later["subscription"] == mine


@pytest.mark.parametrize("page", ["/usage", "/usage/csv"])
async def test_nobody_sees_the_usage_of_others(browser: Any, other: Any, page: str) -> None:
    theirs = await subscribe(other)
    await use(other, theirs, {"account_id": "their-user"})
    answer = await browser.get(f"{page}?subscription={theirs}", status=404)
    assert "their-user" not in answer.text
    assert "their-user" not in (await browser.get(page)).text
    await browser.get(f"{page}?range=century", status=404)


async def test_many_end_users_come_in_pages(browser: Any) -> None:
    mine = await subscribe(browser)
    await use(browser, mine, *[{"account_id": f"user-{number:02}"} for number in range(25)])
    first = (await browser.get("/usage")).text
    assert "user-19" in first
    assert "user-20" not in first
    second = (await browser.get("/usage?page=2")).text
    assert "user-20" in second
    assert 'rel="prev"' in second


async def test_a_key_says_whether_it_is_in_use(browser: Any) -> None:
    mine = await subscribe(browser)
    assert (await browser.get("/profile")).text.count("not in use") == 2
    subscriptions = browser.services.subscriptions
    keys = await subscriptions.keys(browser.account_id, mine)
    assert await subscriptions.find(keys["primary"].key)
    assert (await browser.get("/profile")).text.count("not in use") == 1

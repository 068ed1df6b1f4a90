"""Products, subscriptions and APIs as an operator runs them, and what developers see of it."""

from datetime import UTC, datetime

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from workswith.catalog import products, states
from workswith.identity import audit
from workswith.identity.account import Account
from workswith.kernel import mail
from workswith.kernel.clock import DAY
from workswith.kernel.problem import Problem
from workswith.web.site.services import Services


@pytest.fixture
async def office(browser: Browser, olga: Account) -> Browser:
    """An operator, signed in."""
    await browser.sign_in(olga.email, PASSWORD, "/signin?return_to=/office")
    return browser


async def make(office: Browser, **other: str) -> None:
    await office.open("/office/products/new")
    fields = {
        "name": "Fast lane",
        "description": "For those who asked.",
        "daily_quota": "2000",
        "approval": "manual",
    }
    await office.press(office.form("daily_quota"), **{**fields, **other})


async def requested(services: Services, ada: Account) -> str:
    made = await services.subscriptions.subscribe(ada.id, "fast-lane", "Mine")
    return made.id


async def test_a_product_is_made_and_changed(office: Browser, services: Services) -> None:
    await make(office)
    assert "Saved: Fast lane." in office.text
    made = await products.product(services.database, "fast-lane")
    assert (made.daily_quota, made.approval, made.published) == (2000, "manual", 1)
    await office.open("/office/products/fast-lane")
    form = office.form("daily_quota")
    form.values.pop("published", None)
    await office.press(form, daily_quota="90", calls_per_minute="3", name="Slow <lane>")
    changed = await products.product(services.database, "fast-lane")
    assert (changed.name, changed.daily_quota, changed.calls_per_minute) == ("Slow <lane>", 90, 3)
    assert changed.published == 0
    assert changed.created_at == made.created_at
    assert "Slow <lane>" in office.text
    [event, *_] = await audit.search(services.database, kind="product_saved")
    assert "fast-lane" in event.detail


@pytest.mark.parametrize(
    ("field", "value"), [("name", " "), ("daily_quota", "0"), ("daily_quota", "many")]
)
async def test_what_was_typed_is_kept(
    office: Browser, services: Services, field: str, value: str
) -> None:
    await make(office, **{"description": "Kept words", field: value})
    assert office.page.status_code == 422
    assert "Kept words" in office.page.text
    assert 'aria-invalid="true"' in office.page.text
    assert await products.all_products(services.database) == []


async def test_two_products_never_share_a_name(office: Browser) -> None:
    await make(office)
    await make(office, name="FAST lane")
    assert "There is such a product." in office.text


async def test_a_hidden_product_takes_nobody_new(
    office: Browser, services: Services, ada: Account
) -> None:
    await make(office)
    await requested(services, ada)
    await office.open("/office/products/fast-lane")
    form = office.form("daily_quota")
    form.values.pop("published", None)
    await office.press(form)
    with pytest.raises(Problem, match="product_unknown"):
        await requested(services, ada)


async def test_a_request_is_refused_with_a_reason_or_approved(
    office: Browser, services: Services, ada: Account
) -> None:
    await make(office)
    refused, taken = await requested(services, ada), await requested(services, ada)
    await office.open(f"/office/subscriptions?q={ada.email}&state=submitted")
    assert office.page.text.count("/office/subscriptions/") == 2
    await office.open(f"/office/subscriptions/{refused}")
    await office.press(office.form("reason"), reason=" ")
    assert office.page.status_code == 422
    await office.press(office.form("reason"), reason="Say <what> for")
    assert (await services.catalog_desk.any(refused)).state == states.REJECTED
    [sent, *_] = await mail.latest(services.database, ada.email)
    assert sent.subject == "Your subscription Mine was refused"
    assert "Say <what> for" in sent.text
    assert "Say &lt;what&gt; for" in sent.html
    await office.open(f"/office/subscriptions/{taken}")
    await office.press(next(form for form in office.forms if form.action.endswith("/approve")))
    assert (await services.catalog_desk.any(taken)).state == states.ACTIVE
    kinds = [event.kind for event in await audit.latest(services.database, account_id=ada.id)]
    assert {"subscription_rejected", "subscription_approved"} <= set(kinds)


async def test_keys_stop_while_suspended_and_feel_the_limits(
    office: Browser, services: Services, ada: Account
) -> None:
    await make(office, approval="automatic")
    mine = await requested(services, ada)
    key = (await services.subscriptions.keys(ada.id, mine))["primary"].key
    await office.open(f"/office/subscriptions/{mine}")
    await office.press(office.form("reason"), reason="Too loud")
    assert await services.subscriptions.find(key) is None
    await office.press(next(form for form in office.forms if form.action.endswith("/restore")))
    assert await services.subscriptions.find(key) is not None
    day = datetime.fromtimestamp((services.clock.now() + 3 * DAY) / 1000, UTC).date()
    await office.press(
        office.form("daily_quota"),
        daily_quota="7",
        calls_per_minute="2",
        last_day=day.isoformat(),
    )
    assert "Saved." in office.text
    active = await services.subscriptions.find(key)
    assert active is not None
    assert (active.daily_quota, active.calls_per_minute) == (7, 2)
    assert active.ends_at is not None
    assert active.ends_at % DAY == 0
    assert f'value="{day}"' in office.page.text
    await office.press(office.form("daily_quota"), last_day="2001-01-01")
    assert office.page.status_code == 422
    assert "The end must lie in the future." in office.text
    await office.press(office.form("daily_quota"), daily_quota="", calls_per_minute="", last_day="")
    active = await services.subscriptions.find(key)
    assert active is not None
    assert (active.daily_quota, active.calls_per_minute, active.ends_at) == (2000, 0, None)


async def test_a_decision_that_there_is_none_is_no_page(
    office: Browser, services: Services, ada: Account
) -> None:
    await make(office)
    mine = await requested(services, ada)
    await office.open(f"/office/subscriptions/{mine}")
    proof = office.form("reason").values["csrf"][0]
    answer = await office.post(f"/office/subscriptions/{mine}/explode", csrf=proof)
    assert answer.status_code == 404
    answer = await office.post(f"/office/subscriptions/{mine}/suspend", csrf=proof, reason="x")
    assert answer.status_code == 409, "what only waits cannot be suspended"

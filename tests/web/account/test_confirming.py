"""An account without a password proves its owner at the company, and for a while only. [ACC-3 ACC-4]"""

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, as_kept
from tests.web.wiring import Parts
from workswith.identity.account import Account
from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Tx, statement
from workswith.kernel.problem import Problem
from workswith.web.site import cookies
from workswith.web.site.services import Services

_WITHOUT = statement("UPDATE account SET password_hash = '' WHERE id = :id")
GATED = (
    "/account/name",
    "/account/about",
    "/account/email",
    "/account/password",
    "/account/close",
    "/account/second-factor",
    "/account/second-factor/codes",
    "/account/second-factor/off",
    "/account/passkeys/new",
)


@pytest.fixture
async def member(services: Services, browser: Browser, ada: Account) -> Account:
    """Ada, signed in, who comes through her company and has no password."""
    await browser.sign_in(ada.email, PASSWORD)

    async def drop(tx: Tx) -> None:
        await tx.run(_WITHOUT, id=ada.id)

    await services.database.write(drop)
    return ada


@pytest.mark.parametrize("path", GATED)
async def test_the_way_there_stands_where_a_password_is_asked(
    browser: Browser, member: Account, path: str
) -> None:
    await browser.open(path)
    assert "Is it you?" in browser.text
    assert 'name="current"' not in browser.page.text


async def test_once_confirmed_it_changes_what_others_confirm_by_password(
    browser: Browser, member: Account, services: Services, parts: Parts
) -> None:
    browser.http.cookies.set(
        cookies.CONFIRMED,
        await services.accounts.proofs.signed_in_again(member.id),
        domain="portal.test",
    )
    await browser.open("/account/name")
    await browser.press(browser.form("first_name"), first_name="Augusta")
    assert "Augusta Lovelace" in browser.text
    await browser.open("/account/name")
    form = browser.form("first_name")
    parts.clock.jump(parts.clock.now() + 11 * MINUTE)
    await browser.press(form, first_name="Later")
    assert browser.page.status_code == 403
    assert (await as_kept(services, member)).first_name == "Augusta"


async def test_a_first_password_is_chosen_without_one(
    browser: Browser, member: Account, services: Services
) -> None:
    token = await services.accounts.proofs.signed_in_again(member.id)
    browser.http.cookies.set(cookies.CONFIRMED, token, domain="portal.test")
    await browser.open("/account/password")
    new = "three blue herons"
    await browser.press(browser.form("password"), password=new, again=new)
    assert "Your password is changed" in browser.text
    assert await services.accounts.proofs.has_password(member.id)
    await browser.open("/account/name")
    assert browser.form("current"), "from now on the password is asked"


async def test_a_confirmation_is_of_one_account(
    services: Services, browser: Browser, member: Account, grace: Account
) -> None:
    """Nor does an account with a password take it in its place."""
    token = await services.accounts.proofs.signed_in_again(grace.id)
    browser.http.cookies.set(cookies.CONFIRMED, token, domain="portal.test")
    await browser.open("/account/name")
    assert "Is it you?" in browser.text
    with pytest.raises(Problem, match="password_wrong"):
        await services.accounts.proofs.confirm(grace.id, token)

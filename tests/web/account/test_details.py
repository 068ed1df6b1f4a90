"""Changes are confirmed by the password; a new address replaces the old when it is confirmed. [ACC-4]"""

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, as_kept
from workswith.identity.account import Account
from workswith.kernel import mail
from workswith.web.site.services import Services

NEW = "three blue herons"


async def test_a_name_changes_with_the_password_only(browser: Browser, ada: Account) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open("/account/name")
    await browser.press(browser.form("first_name"), first_name="Augusta", current="not this one")
    assert browser.page.status_code == 422
    assert "This is not your password." in browser.text
    assert 'value="Augusta"' in browser.page.text, "what was typed stays"
    await browser.press(browser.form("first_name"), first_name="Augusta", current=PASSWORD)
    assert "Augusta Lovelace" in browser.text


async def test_a_new_address_signs_in_once_its_owner_has_opened_the_link(
    browser: Browser, ada: Account, services: Services
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open("/account/email")
    await browser.press(browser.form("email"), email="Countess@Example.com", current=PASSWORD)
    assert "We have sent a link" in browser.text
    told = await mail.latest(services.database, ada.email)
    assert told[0].subject == "Somebody asked for another e-mail address"
    link = (await mail.latest(services.database, "countess@example.com"))[0].link
    assert (await as_kept(services, ada)).email == ada.email
    await browser.open(link)
    assert "countess@example.com" in browser.text
    assert (await as_kept(services, ada)).email == ada.email, "a look changes nothing"
    form = browser.form("token")
    await browser.press(form)
    assert (await services.accounts.sign_in("countess@example.com", PASSWORD)).id == ada.id
    assert (await mail.latest(services.database, ada.email))[0].subject == (
        "Your e-mail address was changed"
    )
    late = {name: found[0] for name, found in form.values.items()} | {"once": "later"}
    for answer in (await browser.open(link), await browser.post(form.action, **late)):
        assert answer.status_code == 404
        assert "used already or is too old" in browser.text


async def test_nobody_learns_that_an_address_is_taken(
    browser: Browser, ada: Account, grace: Account, services: Services
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open("/account/email")
    await browser.press(browser.form("email"), email=grace.email, current=PASSWORD)
    assert "We have sent a link" in browser.text
    sent = await mail.latest(services.database, grace.email)
    assert [each.subject for each in sent] == ["You have an account already"]
    assert not sent[0].link


async def test_a_new_password_signs_out_every_other_browser(
    browser: Browser, another: Browser, ada: Account
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    await another.sign_in(ada.email, PASSWORD)
    await browser.open("/account/password")
    form = browser.form("password", "again")
    await browser.press(form, current=PASSWORD, password="password12", again="password12")
    assert "among the first that a stranger would try" in browser.text
    await browser.press(browser.form("password"), current=PASSWORD, password=NEW, again=NEW)
    assert "Your password is changed." in browser.text
    assert (await another.get("/account")).status_code == 303
    await another.sign_in(ada.email, NEW)
    assert (await another.get("/account")).status_code == 200


async def test_a_session_is_ended_from_another_browser(
    browser: Browser, another: Browser, ada: Account
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    await another.sign_in(ada.email, PASSWORD)
    await browser.open("/account")
    form = next(
        form
        for form in browser.forms
        if form.action.startswith("/account/sessions/") and "others" not in form.action
    )
    await browser.press(form)
    assert (await another.get("/account")).status_code == 303
    assert (await browser.get("/account")).status_code == 200


async def test_mails_and_pages_speak_the_language_that_was_chosen(
    browser: Browser, ada: Account, services: Services
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open("/account")
    proof = browser.form("csrf").values["csrf"][0]
    await browser.post("/account/language", csrf=proof, language="en")
    assert (await as_kept(services, ada)).language == "en"
    await browser.post("/account/language", csrf=proof, language="tlh")
    assert browser.page.status_code == 422

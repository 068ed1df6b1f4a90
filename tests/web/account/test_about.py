"""People fill in what applications may learn of them; nothing wrong is kept. [OID-11 ACC-4]"""

from datetime import date

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from workswith.identity.account import Account
from workswith.identity.profile import Profile, all_claims, profile_of
from workswith.identity.profile_rules import checked
from workswith.kernel.problem import Problem
from workswith.web.site.services import Services

TODAY = date(2026, 1, 12)


async def test_what_is_filled_in_is_what_applications_get(
    browser: Browser, ada: Account, services: Services
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open("/account/about")
    filled = {
        "nickname": " Ada ",
        "birthdate": "1815-12-10",
        "website": "https://ada.example/",
        "zoneinfo": "Europe/London",
        "phone_number": "+44 20 7946 0123",
        "address": "12 St James's Square\r\n\r\nLondon",
    }
    await browser.press(browser.form("birthdate"), **filled, current=PASSWORD)
    assert browser.page.status_code == 422
    assert "Nobody was born then." in browser.text, "not within living memory"
    filled["birthdate"] = "0000-12-10"
    await browser.press(browser.form("birthdate"), **filled, current="not this one")
    assert browser.page.status_code == 422
    assert await profile_of(services.database, ada.id) == Profile()
    await browser.press(browser.form("birthdate"), **filled, current=PASSWORD)
    assert "Saved." in browser.text
    account = await services.accounts.get(ada.id)
    assert account is not None
    claims = all_claims(account, await profile_of(services.database, ada.id))
    assert claims["address"] == {"formatted": "12 St James's Square\nLondon"}
    assert claims["preferred_username"] == claims["nickname"] == "Ada"
    assert claims["birthdate"] == "0000-12-10"
    assert claims["phone_number_verified"] is False
    assert "gender" not in claims
    await browser.open("/account/about")
    assert 'value="+44 20 7946 0123"' in browser.page.text
    await browser.press(browser.form("birthdate"), **dict.fromkeys(filled, ""), current=PASSWORD)
    assert await profile_of(services.database, ada.id) == Profile()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("website", "javascript:alert(1)"),
        ("website", "https://"),
        ("website", "https://user:secret@example.com/"),
        ("picture", "https://a b.example/"),
        ("profile", "//example.com"),
        ("website", "https://[::1"),
        ("birthdate", "29.02.1984"),
        ("birthdate", "1985-02-29"),
        ("birthdate", "2027-01-01"),
        ("birthdate", "0000"),
        ("birthdate", "1984-2-29"),
        ("zoneinfo", "Europe/Florence"),
        ("zoneinfo", "../../etc/passwd"),
        ("zoneinfo", "Europe"),
        ("locale", "Italian"),
        ("locale", "it_IT"),
        ("phone_number", "055 123456"),
        ("phone_number", "+39"),
        ("phone_number", "+39 055 <b>"),
        ("nickname", "a" * 101),
        ("nickname", "a\u0000b"),
        ("address", "\n".join("123456789")),
    ],
)
def test_what_is_wrong_is_refused_beside_its_field(field: str, value: str) -> None:
    with pytest.raises(Problem) as found:
        checked(Profile(**{field: value}), TODAY)
    assert found.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birthdate", "1984-02-29"),
        ("birthdate", "0000-02-29"),
        ("birthdate", "1984"),
        ("locale", "zh-Hant-TW"),
        ("phone_number", "+39 055 010 0100"),
        ("phone_number", "+1 (425) 555-1212"),
        ("nickname", "Zoë"),
        ("website", "https://例え.example/ü"),
    ],
)
def test_what_is_right_stays_as_it_was_typed(field: str, value: str) -> None:
    assert getattr(checked(Profile(**{field: value}), TODAY), field) == value

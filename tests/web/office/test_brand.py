"""Announcements stand on every page in their time; a brand changes every page and can be read."""

import io
import json
import re
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.wiring import Parts
from workswith.identity import audit
from workswith.identity.account import Account
from workswith.kernel import mail
from workswith.kernel.clock import HOUR
from workswith.kernel.problem import Problem
from workswith.web.site import colours
from workswith.web.site.services import Services

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
async def office(browser: Browser, olga: Account) -> Browser:
    """An operator, signed in."""
    await browser.sign_in(olga.email, PASSWORD, "/signin?return_to=/office")
    return browser


async def announce(office: Browser, **fields: str) -> None:
    await office.open("/office/announcements/new")
    await office.press(office.form("text_en"), **{"text_en": "Pause <tonight>", **fields})


async def test_an_announcement_is_on_every_page_in_the_readers_language(
    office: Browser, another: Browser, ada: Account
) -> None:
    await announce(office, text_fr="Pause ce soir", level="warn")
    assert "Announced." in office.text
    await another.open("/signin")
    assert '<aside class="banner warn"' in another.page.text
    assert "Pause <tonight>" in another.text
    await another.open("/signin?lang=fr")
    assert "Pause ce soir" in another.text
    await another.open("/signin?lang=it")
    assert "Pause <tonight>" in another.text, "English where there is no Italian"
    await another.get("/nowhere")
    assert 'class="banner' in another.page.text


async def test_it_comes_and_goes_with_the_clock_and_when_taken_away(
    office: Browser, another: Browser, parts: Parts
) -> None:
    await announce(office, starts_at=moment(parts, HOUR), ends_at=moment(parts, 2 * HOUR))
    await another.open("/signin")
    assert "banner" not in another.page.text
    parts.clock.jump(parts.clock.now() + HOUR)
    await another.open("/signin")
    assert "Pause <tonight>" in another.text
    parts.clock.jump(parts.clock.now() + HOUR)
    await another.open("/signin")
    assert "banner" not in another.page.text
    await announce(office, text_en="For ever")
    await office.open("/office/announcements?q=EVER")
    form = next(form for form in office.forms if form.action.endswith("/end"))
    await office.press(form)
    assert "Taken away." in office.text
    await another.open("/signin")
    assert "banner" not in another.page.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text_en": ""}, "Please write what is to be told."),
        ({"ends_at": "2001-01-01T00:00"}, "The end must come after the beginning"),
        ({"starts_at": "soon"}, "Not a valid datetime value."),
    ],
)
async def test_what_was_typed_is_kept(office: Browser, fields: dict[str, str], said: str) -> None:
    await announce(office, text_it="Pausa stasera", **fields)
    assert office.page.status_code == 422
    assert said in office.text
    assert "Pausa stasera" in office.page.text


async def test_developers_read_it_in_a_mail_in_their_language(
    office: Browser, services: Services, ada: Account, grace: Account
) -> None:
    await announce(office, text_en="Read {this} at 5 %", mail="y")
    [sent] = await mail.latest(services.database, ada.email)
    assert "Read {this} at 5 %" in sent.text
    assert await mail.latest(services.database, grace.email) == [], "she is no developer"


async def test_a_brand_shows_at_sign_in_and_below_mails(
    office: Browser, another: Browser, services: Services, ada: Account
) -> None:
    await office.open("/office/brand")
    await office.press(
        office.form("colour_light"),
        name="Casa <Viva>",
        colour_light="#7A1E5C",
        terms_en="First.\n\nSecond <b>.",
    )
    assert "It shows on all pages" in office.text
    await another.open("/signin")
    assert re.search(r"<title>[^<]*Casa &lt;Viva&gt;</title>", another.page.text)
    sheet = re.search(r'href="(/brand\.css\?v=\w+)"', another.page.text)
    assert sheet is not None
    await another.get(sheet.group(1))
    assert "--brand:light-dark(#7a1e5c,#63c9ba)" in another.page.text
    assert another.page.headers["content-type"].startswith("text/css")
    await another.open("/legal/terms?lang=fr")
    assert "First." in another.text, "in the language that there is"
    assert "Second &lt;b&gt;." in another.page.text
    assert (await another.get("/legal/privacy")).status_code == 404
    assert (await another.get("/legal/name_en")).status_code == 404
    await services.closing.suspend(ada.id, "Spam", "olga")
    [sent] = await mail.latest(services.database, ada.email)
    assert sent.text.endswith("Casa <Viva>\n")
    assert "<p>Casa &lt;Viva&gt;</p>" in sent.html
    [event, *_] = await audit.search(services.database, kind="brand_changed")
    assert "Casa" in event.detail
    await office.open("/office/brand")
    await office.press(office.form("colour_light"), name="", colour_light="")
    assert (await another.get("/brand.css")).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"colour_light": "#f0d000"},
        {"colour_dark": "#101010"},
        {"colour_light": "red"},
        {"colour_light": "#000;}*{x"},
    ],
)
async def test_a_colour_that_cannot_be_read_is_refused(
    office: Browser, fields: dict[str, str]
) -> None:
    await office.open("/office/brand")
    await office.press(office.form("colour_light"), name="Kept", **fields)
    assert office.page.status_code == 422
    assert 'value="Kept"' in office.page.text
    assert 'aria-invalid="true"' in office.page.text
    assert (await office.get("/brand.css")).status_code == 404


async def test_a_maker_names_its_devices(
    office: Browser, another: Browser, services: Services, grace: Account
) -> None:
    await office.open("/office/brand")
    await office.press(office.form("colour_light"), device_thermostat="Casa <Clima>")
    [home] = await services.homes.create(grace.id, "flat")
    await another.sign_in(
        grace.email, PASSWORD, f"/signin?return_to=/home/{home.plant.id}/settings"
    )
    assert ">Casa &lt;Clima&gt;</option>" in another.page.text


async def test_a_logo_is_judged_by_its_bytes(office: Browser) -> None:
    await office.open("/office/brand")
    form = {name: found[0] for name, found in office.form("colour_light").values.items()}

    async def send(raw: bytes) -> None:
        await office.open("/office/brand")
        form.update(
            {
                n: f[0]
                for n, f in office.form("colour_light").values.items()
                if n in ("csrf", "once")
            }
        )
        office.page = await office.http.post(
            "/office/brand", data=form, files={"logo": ("logo.png", raw, "image/png")}
        )
        await office.follow()

    await send(b"<svg onload=alert(1)>")
    assert office.page.status_code == 422
    assert "An SVG can carry a program." in office.text
    assert (await office.get("/brand/logo")).status_code == 404
    await send(PNG)
    found = re.search(r'src="(/brand/logo\?v=\w+)"', office.page.text)
    assert found is not None
    await office.get(found.group(1))
    assert office.page.headers["content-type"] == "image/png"
    assert office.page.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert Image.open(io.BytesIO(office.page.content)).size == (120, 120)
    await office.open("/office/brand")
    await office.press(office.form("colour_light"), no_logo="y")
    assert (await office.get("/brand/logo")).status_code == 404


@given(st.integers(0, 0xFFFFFF))
def test_what_is_accepted_can_be_read(number: int) -> None:
    """On every ground, on its own soft ground, and what stands on it."""
    colour = f"#{number:06x}"
    for field, grounds in (("light", colours.LIGHT_GROUNDS), ("dark", colours.DARK_GROUNDS)):
        try:
            colours.checked(colour, field, grounds)
        except Problem:
            continue
        assert all(colours.contrast(colour, ground) >= 4.5 for ground in grounds)
        assert colours.contrast(colours.above(colour), colour) >= 4.5
        other = colours.WHITE if field == "dark" else colours.BLACK
        deep = colours.mixed(colour, other, 0.25)
        assert colours.contrast(colours.above(colour), deep) >= 4.5, "a button under the mouse"


def moment(parts: Parts, after: int) -> str:
    from workswith.kernel.clock import iso

    return iso(parts.clock.now() + after)[:16]


async def test_apps_and_browsers_call_the_programme_as_the_office_does(
    office: Browser, services: Services, ada: Account
) -> None:
    """The issuer of one-time passwords and the relying party of passkeys. [RFC 6238, WebAuthn]"""
    await office.open("/office/brand")
    await office.press(office.form("colour_light"), name="Casa & Viva")
    await services.second_factor.begin(ada.id)
    _key, address = await services.second_factor.pending(ada)
    assert address.startswith("otpauth://totp/Casa%20%26%20Viva%3Aada")
    assert "issuer=Casa%20%26%20Viva" in address
    options = json.loads(await services.passkeys.creation(ada))
    assert options["rp"]["name"] == "Casa & Viva"

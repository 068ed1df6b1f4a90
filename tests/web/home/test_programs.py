"""The editor of weekly programs, without script: typed, refused, saved, followed. [DEV-4]"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.home.conftest import Furnish
from workswith.devices.homes import Home
from workswith.devices.thermostat import HIGHEST, LOWEST, Week
from workswith.identity.account import Account
from workswith.web.home.program_form import of_post, of_week, press
from workswith.web.home.week import LEFT, RIGHT, picture
from workswith.web.site.services import Services

switches = st.lists(
    st.tuples(st.integers(0, 1_439), st.integers(LOWEST, HIGHEST)),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one[0],
).map(lambda found: tuple(sorted(found)))
weeks = st.lists(switches, min_size=7, max_size=7).map(tuple)


def base(home: Home) -> str:
    return f"/home/{home.plant.id}/thermostats/{home.modules[0].id}/programs"


async def submit(browser: Browser, path: str, *fields: tuple[str, str]) -> None:
    csrf = browser.form("csrf").values["csrf"][0]
    content = FormData([("csrf", csrf), *fields])
    browser.page = await browser.http.post(
        path, data={name: content.getlist(name) for name in content}
    )
    await browser.follow()


DAYS = [("g0", "1"), *(("g0-day", str(day)) for day in range(7))]


async def test_a_program_is_written_and_followed_at_once(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace, "house")
    names = (grace.id, home.plant.id, home.modules[0].id)
    await browser.sign_in(grace.email, PASSWORD, base(home))
    for name in ("At Home", "Not At Home", "Evenings"):
        assert name in browser.text
    await browser.open(base(home) + "/1?function=heating")
    await submit(
        browser,
        base(home) + "/1?function=heating",
        ("name", "Warm"), *DAYS,
        ("g0-time", "06:00"), ("g0-warmth", "21,5"),
        ("g0-time", ""), ("g0-warmth", ""),
        ("g0-time", "22:00"), ("g0-warmth", "17"),
        ("go", "save"),
    )  # fmt: skip
    assert "The program is saved." in browser.text
    written = (await services.homes.programs.configuration(*names)).program(1)
    assert written
    assert written.name == "Warm"
    assert written.heating == (((360, 215), (1320, 170)),) * 7
    assert written.cooling != written.heating, "the other half stays"
    assert (await services.twin.read(*names)).reading.set_point == 215


async def test_buttons_add_lines_and_groups_and_keep_what_was_typed(
    browser: Browser, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    here = base(home) + "/new"
    await browser.sign_in(grace.email, PASSWORD, here)
    typed = [("name", "Half <i>done</i>"), *DAYS, ("g0-time", "07:00"), ("g0-warmth", "99")]
    await submit(browser, here, *typed, ("go", "line-0"))
    assert browser.page.status_code == 200
    assert browser.page.text.count('name="g0-time"') == 2
    await submit(browser, here, *typed, ("go", "group"))
    assert 'name="g1-time"' in browser.page.text
    assert 'value="99"' in browser.page.text
    assert "Half &lt;i&gt;done" in browser.page.text
    await submit(browser, here, *typed, ("g1", "1"), ("go", "drop-1"))
    assert 'name="g1-time"' not in browser.page.text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ([("name", ""), *DAYS, ("g0-time", "06:00"), ("g0-warmth", "20")], "printable"),
        ([("name", "x"), *DAYS, ("g0-time", "06:00"), ("g0-warmth", "99")], "from 3 to 40"),
        ([("name", "x"), *DAYS, ("g0-time", "06:00"), ("g0-warmth", "nan")], "from 3 to 40"),
        ([("name", "x"), *DAYS, ("g0-time", "25:00"), ("g0-warmth", "20")], "no time of day"),
        ([("name", "x"), *DAYS, ("g0-time", ""), ("g0-warmth", "20")], "no time of day"),
        ([("name", "x"), *DAYS], "need a time"),
        ([("name", "x"), *DAYS[:-1], ("g0-time", "06:00"), ("g0-warmth", "20")], "Sunday"),
        ([("name", "x"), *DAYS, ("g0-time", "06:00"), ("g0-warmth", "20"), ("g1", "1"),
          ("g1-day", "2"), ("g1-time", "06:00"), ("g1-warmth", "20")], "Wednesday stands in two"),
        ([("name", "x"), *DAYS, *[("g0-time", "06:00"), ("g0-warmth", "20")] * 2], "twice"),
        ([("name", "x"), *DAYS, *[pair for hour in range(13) for pair in
          (("g0-time", f"{hour:02}:00"), ("g0-warmth", "20"))]], "twelve"),
        ([("name", "x")], "In no group"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_and_nothing_is_saved(
    browser: Browser,
    services: Services,
    grace: Account,
    furnished: Furnish,
    *,
    fields: list[tuple[str, str]],
    says: str,
) -> None:
    home = await furnished(grace)
    names = (grace.id, home.plant.id, home.modules[0].id)
    before = await services.homes.programs.configuration(*names)
    await browser.sign_in(grace.email, PASSWORD, base(home) + "/1")
    await submit(browser, base(home) + "/1", *fields, ("go", "save"))
    assert browser.page.status_code == 422
    assert says in browser.text
    assert await services.homes.programs.configuration(*names) == before


async def test_programs_are_copied_and_removed_but_not_the_one_in_use(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    names = (grace.id, home.plant.id, home.modules[0].id)
    await browser.sign_in(grace.email, PASSWORD, base(home))
    await submit(browser, base(home) + "/2/copy")
    assert "Copy of Not At Home" in browser.page.text
    await browser.open(base(home))
    await submit(browser, base(home) + "/4/remove")
    assert "The program is removed." in browser.text
    await submit(browser, base(home) + "/1/remove")
    assert "The thermostat is set to this program." in browser.text
    for number in range(8):
        await services.homes.programs.copy(*names, 1, f"Copy {number}")
    await browser.open(base(home))
    assert "New program" not in browser.text
    await submit(browser, base(home) + "/1/copy")
    assert "keeps eleven programs" in browser.text
    await browser.open(base(home) + "/new")
    assert browser.page.status_code == 409
    for unknown in ("0", "12", "x", "٣", "99999999999999999999"):
        await browser.open(f"{base(home)}/{unknown}")
        assert browser.page.status_code == 404, unknown


@given(weeks)
def test_a_week_goes_through_the_form_unchanged(week: Week) -> None:
    form = of_week("x", week)
    fields: list[tuple[str, str | UploadFile]] = [("name", "x")]
    for place, group in enumerate(form.groups):
        fields.append((f"g{place}", "1"))
        fields += [(f"g{place}-day", str(day)) for day in group.days]
        for time, warmth in group.lines:
            fields += [(f"g{place}-time", time), (f"g{place}-warmth", warmth)]
    read = of_post(FormData(fields))
    assert read.week() == week
    assert not read.wrong


@given(weeks)
def test_the_picture_of_a_week_covers_every_minute_once(week: Week) -> None:
    rows = picture(week)
    assert len(rows) == 7
    for row in rows:
        assert row.stretches[0].begin == 0
        assert row.stretches[-1].end == 24 * 60
        ends = [one.end for one in row.stretches]
        assert [one.begin for one in row.stretches[1:]] == ends[:-1]
        assert all(LEFT <= one.x <= RIGHT and one.width >= 0 for one in row.stretches)


@given(st.text(max_size=12), st.lists(st.text(max_size=6), max_size=5))
def test_no_button_and_no_text_breaks_the_form(button: str, texts: list[str]) -> None:
    fields: list[tuple[str, str | UploadFile]] = [("g0", "1"), *(("g0-day", one) for one in texts)]
    fields += [(name, one) for one in texts for name in ("g0-time", "g0-warmth")]
    form = of_post(FormData(fields))
    press(form, button)
    form.week()
    assert re.search("", button) is not None

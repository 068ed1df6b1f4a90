"""A home as its owner lives with it, in a browser: had, named, operated, programmed, looked back at.

On a desk and on a phone, with script and without, by mouse and by keyboard alone. [END-1 DEV-2 DEV-4]
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import PHONE, Window
from tests.cloud import Cloud
from tests.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("homes")]

_TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
HABITS: dict[str, dict[str, Any]] = {
    "desk": {},
    "phone": _TOUCH,
    "desk without script": {"java_script_enabled": False},
    "phone without script": {**_TOUCH, "java_script_enabled": False},
}


@pytest.fixture(scope="module")
def still(tls_cloud: Cloud) -> Cloud:
    """Its clock stands, so that what is seen does not change by itself."""
    tls_cloud.control("POST", "/clock/freeze")
    return tls_cloud


@pytest.mark.parametrize("habit", HABITS)
def test_a_home_is_had_named_operated_and_taken_down(
    browser: Browser, still: Cloud, habit: str
) -> None:
    name = f"House of {habit}"
    with Window(browser, **HABITS[habit]) as window:
        page, home = furnished(window, still, "One of every device", name)
        operate(page, still)
        page.goto(home)
        page.get_by_role("button", name="I go out").click()
        expect(page.get_by_text("The scene has run.")).to_be_visible()

        page.get_by_role("link", name="Rooms and devices").click()
        rename(page, f"{name}, renamed")
        put_up(page)
        keep_and_go_back(page)
        page.get_by_text("Remove the home", exact=True).click()
        page.get_by_role("button", name="Yes, remove the home").click()
        expect(page.get_by_text("The home is gone.")).to_be_visible()
        expect(page.get_by_text(name)).to_have_count(0)


@pytest.mark.parametrize("habit", HABITS)
def test_a_program_is_written_and_the_thermostat_follows_it(
    browser: Browser, still: Cloud, habit: str
) -> None:
    # A download is a navigation that is given up.
    with Window(browser, hasty=True, **HABITS[habit]) as window:
        page, _home = furnished(window, still, "A flat", f"Flat of {habit}")
        page.get_by_role("link", name=re.compile("Soggiorno")).click()
        thermostat = page.url
        page.get_by_role("link", name="Weekly programs").click()
        page.get_by_role("link", name="New program").click()
        page.get_by_label("Name of the program").fill("Hours of my own")
        for _ in range(5 - page.get_by_label("°C").count()):
            page.get_by_role("button", name="Add a time").first.click()
        group = page.get_by_role("group", name="Days, group 1")
        for other in range(page.locator("fieldset.days").count(), 1, -1):
            page.get_by_role("button", name=f"Remove group {other}").click()
        for day in ("Saturday", "Sunday"):
            group.get_by_label(day).check()
        fill_in(group, [("00:00", "16"), ("06:00", "21.5"), ("12:00", "18"), ("18:00", "22.5")])
        page.get_by_role("button", name="Save the program").last.click()
        expect(page.get_by_text("The program is saved.")).to_be_visible()
        expect(page.get_by_role("heading", name="Hours of my own")).to_be_visible()

        page.goto(thermostat)
        page.get_by_label("Follow the weekly program").select_option("Hours of my own")
        page.get_by_role("button", name="Follow it").click()
        display = page.locator(".set-point")
        seen = []
        for _ in range(4):
            still.advance("6h")
            page.reload()
            seen.append(display.inner_text().split()[0])
        assert sorted(seen) == ["16.0°", "18.0°", "21.5°", "22.5°"], (
            "each in its quarter of the day"
        )

        page.get_by_role("link", name="History").click()
        expect(page.get_by_role("img", name=re.compile("Temperature, Day"))).to_be_visible()
        assert page.locator("polyline.first").count() == 1
        assert page.locator("polyline.second").count() == 1
        page.get_by_text("As a table").click()
        assert page.get_by_role("row").count() >= 20
        page.get_by_role("link", name="Week", exact=True).click()
        with page.expect_download() as file:
            page.get_by_role("link", name="Download as CSV").click()
        assert file.value.suggested_filename == "temperature-week.csv"
        page.goto(thermostat)
        width = page.evaluate("document.documentElement.scrollWidth") if script(habit) else 0
        assert width <= page.viewport_size["width"] if page.viewport_size else True


@pytest.mark.parametrize("habit", HABITS)
def test_a_display_is_locked_and_the_relay_set_up(
    browser: Browser, still: Cloud, habit: str
) -> None:
    """A locked display obeys no hand; what was set up in the installer's menu stays so."""
    with Window(browser, **HABITS[habit]) as window:
        page, _home = furnished(window, still, "A flat", f"Locked flat of {habit}")
        page.get_by_role("link", name=re.compile("Soggiorno")).click()
        page.get_by_role("button", name="Lock the display").click()
        expect(page.get_by_role("button", name="Unlock the display")).to_be_visible()
        wanted = page.locator(".set-point").inner_text()
        page.get_by_role("button", name="Warmer by half a degree").click()
        expect(page.get_by_text("The display is locked.").first).to_be_visible()
        assert page.locator(".set-point").inner_text() == wanted
        page.get_by_role("button", name="Unlock the display").click()
        expect(page.get_by_role("button", name="Lock the display")).to_be_visible()
        page.get_by_role("button", name="Warmer by half a degree").click()
        expect(page.locator(".set-point")).not_to_have_text(wanted)

        page.get_by_text("Around the set-point, with hysteresis").first.click()
        page.get_by_label("How it moves its relay").select_option(
            "By shares of a cycle, as for floors"
        )
        page.get_by_label("Length of a cycle, minutes").fill("30")
        page.get_by_role("button", name="Regulate so").click()
        expect(page.get_by_text("It regulates so from now on.")).to_be_visible()
        page.locator("summary").filter(has_text="By shares of a cycle").click()
        expect(page.get_by_label("Length of a cycle, minutes")).to_have_value("30")


def test_a_home_is_lived_in_by_keyboard_alone(browser: Browser, still: Cloud) -> None:
    with Window(browser) as window:
        page, home = furnished(window, still, "One of every device", "House of keys")
        page.goto(home)
        with page.expect_navigation():
            press(page, "button", re.compile("Open.*Tenda soggiorno"))
        still.advance("1m")
        page.goto(home)
        expect(card(page, "Tenda soggiorno")).to_contain_text("Fully open")
        press(page, "link", re.compile("^Luce soggiorno$"))
        page.wait_for_url("**/devices/**")
        level = page.get_by_label("Brightness, %")
        reach(page, level)
        page.keyboard.press("Control+A")
        page.keyboard.type("35")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        still.advance("1m")
        page.reload()
        expect(page.locator(".big-state")).to_have_text("On, 35%")


def test_what_changes_elsewhere_is_seen_without_reloading(browser: Browser, still: Cloud) -> None:
    """The part of the page that is live keeps up, and stays the same element for those who listen."""
    with Window(browser) as window:
        page, _home = furnished(window, still, "A flat", "Flat that changes")
        page.get_by_role("link", name=re.compile("Soggiorno")).click()
        module = page.url.rpartition("/")[2]
        spoken = page.locator("[aria-live]").first
        spoken.evaluate("one => { one.id = 'heard' }")
        still.control("POST", f"/modules/{module}/touch", {"set_point": 26})
        expect(page.locator(".set-point")).to_contain_text("26.0°")
        expect(page.locator("#heard")).to_contain_text("26.0° wanted")


# Steps


def script(habit: str) -> bool:
    return bool(HABITS[habit].get("java_script_enabled", True))


def furnished(window: Window, cloud: Cloud, template: str, name: str) -> tuple[Page, str]:
    """A home of a template; the address of its page, which is open."""
    page, origin = window.page, cloud.origin("portal")
    sign_in(page, origin, cloud.document["end_user"], "/home")
    page.get_by_role("link", name="Add a simulated home").click()
    page.get_by_label(template).check()
    page.get_by_label("Name of the home").fill(name)
    page.get_by_role("button", name="Furnish it").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return page, page.url


def operate(page: Page, cloud: Cloud) -> None:
    """Every kind that the home has, on its card or its page."""
    home = page.url
    for device, button in (
        ("Luce cucina", "On"),
        ("Televisione", "Off"),
        ("Tapparella camera", "Open"),
    ):
        with page.expect_navigation():
            card(page, device).get_by_role("button", name=button).click()
        expect(page).to_have_url(home)
    cloud.advance("1m")
    page.goto(home)
    expect(card(page, "Luce cucina")).to_contain_text("On")
    expect(card(page, "Televisione").locator(".gadget-state")).to_have_text("Off")
    expect(card(page, "Tapparella camera")).to_contain_text("Fully open")
    for device, button, state in (
        ("Radiatore camera", "Frost guard", "Frost guard"),
        ("Comando letto", "Button 2", "Battery"),
    ):
        page.goto(home)
        page.get_by_role("link", name=device).click()
        with page.expect_navigation():
            page.get_by_role("button", name=button).click()
        expect(page.locator(".big-state")).to_contain_text(state)
    page.goto(home)
    page.get_by_role("link", name="Tenda soggiorno").click()
    page.get_by_label("How far open, %").fill("30")
    with page.expect_navigation():
        page.get_by_role("button", name="Set it").click()
    cloud.advance("1m")
    page.reload()
    expect(page.locator(".big-state")).to_have_text("30% open")
    page.goto(home)
    page.get_by_role("link", name="Contatore").click()
    expect(page.get_by_text("It has nothing to press")).to_be_visible()
    page.goto(home)


def rename(page: Page, name: str) -> None:
    page.get_by_label("Name of the home").fill(name)
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("Renamed.")).to_be_visible()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def put_up(page: Page) -> None:
    page.get_by_text("Put up a device").click()
    form = page.locator("details.add").first
    form.get_by_label("Device").select_option("Plug with a lamp")
    form.get_by_label("Name").fill("Reading lamp")
    form.get_by_label("Room").select_option("Camera")
    form.get_by_role("button", name="Put it up").click()
    expect(page.get_by_text("The device is put up.")).to_be_visible()
    expect(page.get_by_role("link", name="Reading lamp")).to_be_visible()


def keep_and_go_back(page: Page) -> None:
    page.get_by_label("Name of the snapshot").fill("With a lamp")
    page.get_by_role("button", name="Keep it as it is").click()
    page.get_by_role("link", name="Reading lamp").click()
    lamp = page.locator(".picked")
    lamp.get_by_text("Remove", exact=True).click()
    lamp.get_by_role("button", name="Yes, remove").click()
    expect(page.get_by_text("The device is gone.")).to_be_visible()
    expect(page.get_by_text("Reading lamp")).to_have_count(0)
    page.get_by_text("Go back to it").click()
    page.get_by_role("button", name="Yes, go back").click()
    expect(page.get_by_text("The home is again as it was.")).to_be_visible()
    expect(page.get_by_text("Reading lamp")).to_be_visible()


def fill_in(group: Any, lines: list[tuple[str, str]]) -> None:
    """The first lines of a group; whatever stands below is cleared."""
    times, warmths = group.get_by_label("From"), group.get_by_label("°C")
    for place in range(times.count()):
        time, warmth = lines[place] if place < len(lines) else ("", "")
        times.nth(place).fill(time)
        warmths.nth(place).fill(warmth)


def card(page: Page, device: str) -> Any:
    heading = page.get_by_role("heading", name=device)
    return page.locator(".card.room").filter(has=heading)


def reach(page: Page, target: Any) -> None:
    """By the tab key, from the beginning of the page."""
    page.locator("body").press("Control+Home")
    for _ in range(120):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError("the tab key does not get there")


def press(page: Page, role: Any, name: re.Pattern[str]) -> None:
    reach(page, page.get_by_role(role, name=name))
    page.keyboard.press("Enter")

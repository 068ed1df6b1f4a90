"""Passkeys in a real browser, with Chromium's virtual authenticator. [ACC-7]"""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.chromium import Window
from tests.cloud import Cloud
from tests.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def authenticator(window: Window) -> Any:
    """A device that knows its owner's finger."""
    devtools = window.context.new_cdp_session(window.page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devtools


def test_a_passkey_is_made_and_signs_in(tls_cloud: Cloud, browser: Browser) -> None:
    origin, who = tls_cloud.origin("portal"), tls_cloud.document["developer"]
    with Window(browser) as window:
        authenticator(window)
        page = window.page
        sign_in(page, origin, who, "/account")
        page.get_by_role("link", name="Add a passkey").click()
        page.get_by_label("Name of the passkey").fill("laptop")
        page.get_by_label("Your present password").fill(who["password"])
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Make the passkey").click()
        page.get_by_text("The passkey is added.").wait_for()
        assert page.get_by_text("laptop").is_visible()

        window.context.clear_cookies()
        page.goto(f"{origin}/signin?return_to=/account")
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_role("heading", name="Account and security").wait_for()

"""What people do in a browser: the steps that several journeys share. Labels are those on the pages."""

import base64
import hashlib
from urllib.parse import quote, urlencode

from playwright.sync_api import Page

from tests.cloud import Cloud
from tests.person import signed_in

PASSWORD = "four quiet words together"
VERIFIER = "v" * 64
"""The proof key of every authorization that these steps begin."""


def sign_in(page: Page, origin: str, who: dict[str, str], path: str = "/") -> None:
    """Signs in somebody who has an email and a password; ends at ``path``."""
    page.goto(f"{origin}/signin?return_to={quote(path, safe='')}")
    fill_in_sign_in(page, who)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{origin}{path}")


def fill_in_sign_in(page: Page, who: dict[str, str]) -> None:
    page.get_by_label("E-mail address").fill(who["email"])
    page.get_by_label("Password", exact=True).fill(who["password"])


def sign_up(page: Page, cloud: Cloud, email: str, first_name: str, button: str) -> dict[str, str]:
    """From the front page to an account that is signed in; ends where a new one begins."""
    page.goto(cloud.origin("portal"))
    page.get_by_role("banner").get_by_role("link", name="Sign up").click()
    page.get_by_role("link", name=button).click()
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("Surname").fill("Example")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    page.get_by_role("heading", name="Look into your mailbox").wait_for()
    open_mail(page, cloud, email)
    page.get_by_role("button", name="Confirm and sign in").click()
    page.get_by_text("Your e-mail address is confirmed, and you are signed in").wait_for()
    return {"email": email, "password": PASSWORD}


def open_mail(page: Page, cloud: Cloud, email: str) -> None:
    """Opens the mailbox as ``workswith up`` prints it, and the link of the newest mail to ``email``."""
    sandbox = cloud.document["sandbox"]
    page.goto(f"{sandbox['url']}/mailbox?token={sandbox['token']}")
    mail = page.get_by_role("article").filter(has_text=f"To {email}").first
    mail.get_by_role("link", name="Open the link").click()


def register(cloud: Cloud, *reply_urls: str, scopes: list[str]) -> dict[str, str]:
    """An application of the seeded developer, by the wizard; ``client_id`` and ``client_secret``."""
    dora = signed_in(cloud, "developer", "/applications/new")
    dora.submit(
        dora.form_with("vendor"),
        name="Warm at Six",
        description="Warms the house before you come home.",
        vendor="Example & Sons",
    )
    dora.submit(dora.form_with("reply_url"), ("go", "next"), reply_url=list(reply_urls))
    dora.submit(dora.form_to("/scopes"), ("go", "next"), scope=scopes)
    shown = dora.submit(dora.form_to("/summary")).text
    client_id, client_secret = (
        shown.partition(f'"once-label">{name}</p><code>')[2].partition("<")[0]
        for name in ("client_id", "client_secret")
    )
    assert client_secret, shown
    return {"client_id": client_id, "client_secret": client_secret}


def authorize_url(cloud: Cloud, client_id: str, reply_url: str, state: str = "s 1") -> str:
    """Where the application sends its user; the exchange needs `VERIFIER`."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    query = {
        "client_id": client_id,
        "redirect_uri": reply_url,
        "response_type": "code",
        "state": state,
        "code_challenge": challenge.decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return f"{cloud.origin('login')}/authorize?{urlencode(query)}"

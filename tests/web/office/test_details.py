"""The audit log in the reader's language: every event has words, and so has what stands beside it."""

import re
from pathlib import Path

import pytest

import workswith
from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from workswith.identity import audit
from workswith.identity.account import Account
from workswith.kernel.database import Tx
from workswith.web.account.events import WORDS
from workswith.web.office.details import Told, told
from workswith.web.site.language import current
from workswith.web.site.services import Services

WHO = "8b5f6c1e-0d5e-4b1a-9a53-0c1f6f1f2a11"
WRITTEN = re.compile(r'(?:audit\.note\(\s*tx|noted\(\s*visit),\s*"(\w+)"')


def test_every_event_that_is_written_has_words() -> None:
    sources = Path(workswith.__file__).parent.rglob("*.py")
    kinds = {kind for path in sources for kind in WRITTEN.findall(path.read_text("utf-8"))}
    assert {"signed_in", "ban_lifted", "gateway_added"} <= kinds
    assert kinds <= WORDS.keys()


@pytest.mark.parametrize(
    ("kind", "detail", "shown"),
    [
        ("signed_in", "pwd otp mfa", Told("", "avec le mot de passe et un mot de passe à usage unique", "")),
        ("signed_in", "hwk user mfa", Told("", "avec une passkey", "")),
        ("signed_in", "new mfa", Told("", "", "new mfa")),
        ("forum_moderated", "lock thread t-1", Told("", "Discussion t-1 verrouillée", "")),
        ("forum_moderated", "burn thread t-1", Told("", "", "burn thread t-1")),
        ("showcase_decided", f"by {WHO}: refused e-1", Told(WHO, "Solution e-1 refusée", "")),
        ("account_restored", f"by {WHO}", Told(WHO, "", "")),
        ("account_suspended", f"by {WHO}: two\nlines", Told(WHO, "", "two\nlines")),
        ("account_suspended", "by itself: no", Told("", "", "by itself: no")),
        ("account_closed", "", Told("", "", "")),
    ],
)  # fmt: skip
def test_what_has_a_shape_is_said_and_the_rest_stays_as_it_was_written(
    kind: str, detail: str, shown: Told
) -> None:
    before = current.set("fr")
    try:
        assert told(kind, detail) == shown
    finally:
        current.reset(before)


async def test_the_log_names_who_did_it_and_shows_reasons_as_text(
    browser: Browser, services: Services, olga: Account, grace: Account
) -> None:
    async def write(tx: Tx) -> None:
        text = f"by {olga.id}: <b>rude</b>"
        await audit.note(tx, "account_suspended", 1, account_id=grace.id, detail=text)

    await services.database.write(write)
    await browser.sign_in(olga.email, PASSWORD, "/signin?return_to=/office/audit")
    for path in ("/office/audit", f"/office/accounts/{grace.id}"):
        await browser.open(path)
        assert "&lt;b&gt;rude&lt;/b&gt;" in browser.page.text
        assert f'by <a href="/office/accounts/{olga.id}">' in browser.page.text

"""Mails: whatever is quoted in a subject, nobody adds a header or a recipient. [Header injection]"""

import pytest

from tests.smtp_server import mailbox
from workswith.adapters import smtp
from workswith.kernel import mail
from workswith.kernel.database import Database

from .stage import Stage

HEADERS = (
    "Hello\r\nBcc: victim@example.com",
    "Hello\nTo: victim@example.com",
    "Hello\r\n\r\n<script>alert(1)</script>",
    "Hello\rX-Header: 1",
    "Hello\x0b\x0c\x1c\x85\u2028Bcc: victim@example.com",
    "=?utf-8?q?Hello=0d=0aBcc:_victim@example.com?=",
)


@pytest.mark.parametrize("written", HEADERS)
async def test_a_subject_stays_one_line(bare: Stage, written: str) -> None:
    """From the form of a ticket, whose subject operators read in a mail, to the message itself."""
    ada, database = bare.people["ada"].browser, bare.areas.kernel.database
    await ada.open("/contact")
    await ada.press(ada.form("subject"), about="question", subject=written, text="Please.")
    (told, *_others) = await mail.latest(database, bare.people["olga"].account.email)
    assert told.subject.isprintable()
    message = smtp._message(told, "WorksWith <cloud@example.com>")
    assert [name.lower() for name in message].count("to") == 1
    assert {"bcc", "cc", "x-header"} & {name.lower() for name in message} == set()
    assert message["To"] == bare.people["olga"].account.email


async def test_what_a_person_is_called_stays_one_line(bare: Stage) -> None:
    """Of an invitation, whose subject says who shares a home."""
    database, homes = bare.areas.kernel.database, bare.areas.devices.homes
    grace = bare.people["grace"]
    await grace.browser.open("/account/name")
    await grace.browser.press(
        grace.browser.form("first_name"), first_name=HEADERS[0], current="four quiet words together"
    )
    home = (await homes.create(grace.account.id, "flat", "Casa"))[0]
    await grace.browser.open(f"/home/{home.plant.id}/settings")
    guests = [one for one in grace.browser.page.text.split("<form") if "/members" in one]
    assert guests
    token = grace.browser.form("csrf").values["csrf"][0]
    await grace.browser.post(
        f"/home/{home.plant.id}/settings/members", csrf=token, name="guest@example.com"
    )
    (told,) = await mail.latest(database, "guest@example.com")
    assert told.subject.isprintable()
    smtp._message(told, "cloud@example.com")


async def test_a_mail_that_cannot_be_written_does_not_hold_up_the_others(
    database: Database,
) -> None:
    """An address that makes no header; the others of the batch go out."""
    for to in ("a@example.com\r\nBcc: b@example.com", "c@example.com"):
        await database.write(mail.post, to=to, subject="Hello", text="Text", now=1)
    async with mailbox() as box:
        server = smtp.Server.parse(f"smtp://127.0.0.1:{box.port}")
        assert await smtp.Mailer(database, server, "cloud@example.com").turn(5) is None
    assert [message["To"] for message in box.messages] == ["c@example.com"]
    assert await mail.unsent(database) == []

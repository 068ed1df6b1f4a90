"""Mail through a real SMTP conversation: sent once, tried again, given up only when refused."""

import pytest

from tests.ports import held_port
from tests.smtp_server import mailbox
from workswith.adapters.smtp import AGAIN, Mailer, Server
from workswith.kernel import mail
from workswith.kernel.brand import NAME, USUAL_NAME, set_brand
from workswith.kernel.database import Database

SENDER = "WorksWith <no-reply@workswith.example>"


async def post(database: Database, to: str) -> None:
    await database.write(
        mail.post, to=to, subject="Ciao à tutti", text="text", html="<p>html</p>", now=1
    )


def mailer(database: Database, port: int) -> Mailer:
    return Mailer(database, Server.parse(f"smtp://127.0.0.1:{port}"), SENDER)


async def test_what_waits_is_sent_once(database: Database) -> None:
    async with mailbox() as box:
        await post(database, "anna@example.org")
        work = mailer(database, box.port)
        assert await work.turn(5) is None
        assert await work.turn(6) is None
    (message,) = box.messages
    assert message["To"] == "anna@example.org"
    assert message["Subject"] == "Ciao à tutti"
    assert {part.get_content_type() for part in message.walk()} >= {"text/plain", "text/html"}
    assert await mail.unsent(database) == []


async def test_an_absent_server_is_tried_again(database: Database) -> None:
    await post(database, "anna@example.org")
    assert await mailer(database, held_port()).turn(5) == 5 + AGAIN
    assert len(await mail.unsent(database)) == 1


@pytest.mark.parametrize(("code", "left"), [(550, 0), (450, 2)])
async def test_a_refusal_for_good_stops_nobody_else(
    database: Database, code: int, left: int
) -> None:
    async with mailbox(refuse="nobody", code=code) as box:
        await post(database, "nobody@example.org")
        await post(database, "anna@example.org")
        await mailer(database, box.port).turn(5)
    assert len(await mail.unsent(database)) == left
    assert [m["To"] for m in box.messages] == (["anna@example.org"] if not left else [])


@pytest.mark.parametrize("url", ["", "http://x", "smtp://", "mail.example.org"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="smtp"):
        Server.parse(url)


def test_each_scheme_has_its_port() -> None:
    assert Server.parse("smtps://u%40x:p%3A@mail.example.org") == Server(
        "smtps", "mail.example.org", 465, "u@x", "p:"
    )
    assert Server.parse("smtp+starttls://mail.example.org").port == 587


@pytest.mark.parametrize(
    ("sender", "office", "usual", "said"),
    [
        ("no-reply@casa.example", "", "", "WorksWith"),
        ("no-reply@casa.example", "", "Casa", "Casa"),
        ("Help <no-reply@casa.example>", "", "Casa", "Help"),
        ("Help <no-reply@casa.example>", "Viva è", "Casa", "Viva è"),
    ],
)
async def test_mails_come_from_whom_the_office_says(
    database: Database, sender: str, office: str, usual: str, said: str
) -> None:
    await database.write(set_brand, {NAME: office, USUAL_NAME: usual})
    async with mailbox() as box:
        await post(database, "anna@example.org")
        await Mailer(database, Server.parse(f"smtp://127.0.0.1:{box.port}"), sender).turn(5)
    [address] = box.messages[0]["From"].addresses
    assert (address.display_name, address.addr_spec) == (said, "no-reply@casa.example")

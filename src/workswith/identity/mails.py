"""The texts of the mails about accounts and applications. [ACC-1 ACC-5 APP-2]"""

from dataclasses import dataclass
from html import escape

from workswith.kernel import mail
from workswith.kernel.database import Tx

from .scopes import N_


@dataclass(frozen=True, slots=True)
class Text:
    """``{name}`` stands for a value; ``button`` is the caption of the link."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str = ""


VERIFY = Text(
    N_("Confirm your e-mail address"),
    (
        N_("Hello {name},"),
        N_("please confirm that this address is yours. The link works once, for {hours} hours."),
        N_("If you have not signed up, ignore this message."),
    ),
    N_("Confirm the address"),
)
EXISTS = Text(
    N_("You have an account already"),
    (
        N_("Hello {name},"),
        N_("somebody, perhaps you, tried to sign up with this address, which has an account."),
        N_("Sign in as usual; if you have lost the password, ask for a new one there."),
    ),
)
RESET = Text(
    N_("Choose a new password"),
    (
        N_("Hello {name},"),
        N_("with this link you can choose a new password. It works once, for {minutes} minutes."),
        N_("If you have not asked for it, ignore this message; nothing has changed."),
    ),
    N_("Choose a new password"),
)
CHANGED = Text(
    N_("Your password was changed"),
    (
        N_("Hello {name},"),
        N_("your password was changed, and you were signed out everywhere."),
        N_("If that was not you, ask for a new password at once."),
    ),
)
APPLICATION = Text(
    N_("Your application {application}"),
    (
        N_("Hello {name},"),
        N_("your application {application} has been created. Its credentials are:"),
        "client_id: {client_id}\nclient_secret: {client_secret}",
        N_("Keep the secret safe: it is shown once and cannot be read back."),
    ),
)
WAITING = Text(
    N_("Your application {application} waits for approval"),
    (
        N_("Hello {name},"),
        N_("your application {application} has been received. Its credentials are:"),
        "client_id: {client_id}\nclient_secret: {client_secret}",
        N_("They work once the application is approved. Keep the secret safe."),
    ),
)
DECIDED = Text(
    N_("Your application {application}: {decision}"),
    (N_("Hello {name},"), N_("the request for your application {application} was {decision}.")),
)


async def send(
    tx: Tx, to: str, text: Text, now: int, *, link: str = "", **values: str | int
) -> None:
    """Queues ``text`` in the transaction, as plain text and as simple HTML."""
    paragraphs = [paragraph.format(**values) for paragraph in text.paragraphs]
    await mail.post(
        tx,
        to=to,
        subject=text.subject.format(**values),
        text="\n\n".join([*paragraphs, *([link] if link else [])]) + "\n",
        html=_html(paragraphs, text.button, link),
        link=link,
        now=now,
    )


def _html(paragraphs: list[str], button: str, link: str) -> str:
    parts = [f"<p>{escape(text).replace(chr(10), '<br>')}</p>" for text in paragraphs]
    if link:
        parts.append(f'<p><a href="{escape(link)}">{escape(button)}</a></p>')
    return "\n".join(parts) + "\n"

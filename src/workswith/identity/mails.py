"""The texts of the mails about accounts and applications. [ACC-1 ACC-5 APP-2]"""

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from html import escape

from workswith.kernel import mail
from workswith.kernel.brand import brand_name
from workswith.kernel.database import Tx
from workswith.kernel.words import N_, SOURCE, catalogue

from .account import Account


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
APPROVED = Text(
    N_("Your application {application} is approved"),
    (
        N_("Hello {name},"),
        N_("your application {application} has been approved. Users can sign in to it now."),
    ),
)
REFUSED = Text(
    N_("Your application {application} was refused"),
    (
        N_("Hello {name},"),
        N_("your application {application} has not been approved. The reason given is:"),
        "{reason}",
        N_("You can change the application and ask again."),
    ),
)
SCOPES_APPROVED = Text(
    N_("The scopes of your application {application} have changed"),
    (
        N_("Hello {name},"),
        N_("the change of scopes that you asked for {application} has been approved."),
        N_("Every user will be asked for consent again; until then refresh tokens are refused."),
    ),
)
SCOPES_REFUSED = Text(
    N_("The scopes of your application {application} stay as they are"),
    (
        N_("Hello {name},"),
        N_(
            "the change of scopes that you asked for {application} was refused. The reason given is:"
        ),
        "{reason}",
        N_("The application goes on working with its present scopes."),
    ),
)
NEW_ADDRESS = Text(
    N_("Confirm your new e-mail address"),
    (
        N_("Hello {name},"),
        N_("please confirm that your account shall have this address from now on."),
        N_("The link works once, for {hours} hours. Until then the present address stays."),
    ),
    N_("Confirm the address"),
)
ADDRESS_ASKED = Text(
    N_("Somebody asked for another e-mail address"),
    (
        N_("Hello {name},"),
        N_("your account shall get another e-mail address as soon as that one is confirmed."),
        N_("If that was not you, change your password at once."),
    ),
)
ADDRESS_CHANGED = Text(
    N_("Your e-mail address was changed"),
    (
        N_("Hello {name},"),
        N_("your account has another e-mail address now; this one no longer signs in."),
        N_("If that was not you, reply to this message at once."),
    ),
)
FACTOR_ADDED = Text(
    N_("Your sign-in now has a second step"),
    (
        N_("Hello {name},"),
        N_("from now on your account asks for a one-time password after the password."),
        N_("If that was not you, change your password at once."),
    ),
)
FACTOR_REMOVED = Text(
    N_("Your sign-in no longer has a second step"),
    (
        N_("Hello {name},"),
        N_("your account no longer asks for one-time passwords."),
        N_("If that was not you, change your password at once."),
    ),
)
RECOVERY_USED = Text(
    N_("A recovery code was used"),
    (
        N_("Hello {name},"),
        N_("somebody signed in to your account with one of its recovery codes."),
        N_("If that was not you, change your password at once."),
    ),
)
PASSKEY_ADDED = Text(
    N_("A passkey was added to your account"),
    (
        N_("Hello {name},"),
        N_("your account has a new passkey, which signs in without the password."),
        N_("If that was not you, change your password at once."),
    ),
)
LINKED = Text(
    N_("Your homes are linked to another account"),
    (
        N_("Hello {name},"),
        N_("the homes of your {app} account can now be reached from another account."),
        N_("If that was not you, change your password at once."),
    ),
)
SUSPENDED = Text(
    N_("Your account is suspended"),
    (
        N_("Hello {name},"),
        N_("the operator has suspended your account. The reason given is:"),
        "{reason}",
    ),
)
RESTORED = Text(
    N_("Your account works again"),
    (N_("Hello {name},"), N_("the operator has restored your account. You can sign in again.")),
)
CLOSED = Text(
    N_("Your account is closed"),
    (
        N_("Hello {name},"),
        N_("your account is closed and your personal data is erased. Thank you for the time."),
    ),
)


_BODY = "max-width:36rem;margin:0 auto;padding:1rem;font:16px/1.5 sans-serif"
_BUTTON = (
    "display:inline-block;padding:.7rem 1.2rem;border-radius:.6rem;"
    "background:#0d5c55;color:#ffffff;font-weight:600;text-decoration:none"
)
"""Mail programs read no stylesheet; these say enough for a letter with one button."""


async def tell(
    tx: Tx, account: Account, text: Text, now: int, *, link: str = "", **values: str | int
) -> None:
    """To the owner of an account, by name and in their language."""
    await send(
        tx,
        account.email,
        text,
        now,
        language=account.language,
        link=link,
        name=account.first_name,
        **values,
    )


async def send(
    tx: Tx,
    to: str,
    text: Text,
    now: int,
    *,
    language: str = "",
    link: str = "",
    **values: str | int,
) -> None:
    """Queues ``text`` in the transaction, as plain text and as simple HTML.

    ``language`` is the reader's; English without one. Signed with the name of the programme.
    """
    words = catalogue(language or SOURCE)
    paragraphs = [_filled(words, paragraph, values) for paragraph in text.paragraphs]
    signature = await brand_name(tx)
    button = words.gettext(text.button) if text.button else ""
    subject = _filled(words, text.subject, values)
    await mail.post(
        tx,
        to=to,
        subject=" ".join(subject.split()),
        text="\n\n".join(part for part in (*paragraphs, link, signature) if part) + "\n",
        html=_html(language or SOURCE, subject, paragraphs, button, link, signature),
        link=link,
        now=now,
    )


def _filled(words: NullTranslations, text: str, values: Mapping[str, str | int]) -> str:
    return words.gettext(text).format(**values)


def _html(  # noqa: PLR0917 - the parts of a mail from above to below
    language: str, subject: str, paragraphs: list[str], button: str, link: str, signature: str
) -> str:
    parts = [f"<p>{escape(text).replace(chr(10), '<br>')}</p>" for text in paragraphs]
    if link:
        parts.append(f'<p><a href="{escape(link)}" style="{_BUTTON}">{escape(button)}</a></p>')
    if signature:
        parts.append(f"<p>{escape(signature)}</p>")
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<title>{escape(subject)}</title></head><body style="{_BODY}">\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )

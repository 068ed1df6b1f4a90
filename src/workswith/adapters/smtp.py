"""Mail through SMTP. [ACC-8]

Takes what `kernel.mail` has queued, oldest first, and marks each message as sent once the server
has taken it. A server that cannot be reached is tried again later; a message that it refuses for
good (5xx) is given up and logged.
"""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from workswith.kernel import log, mail
from workswith.kernel.brand import NAME, brand, name_in
from workswith.kernel.clock import SECOND
from workswith.kernel.database import Database
from workswith.kernel.mail import Mail

TIMEOUT_SECONDS = 30
AGAIN = 60 * SECOND
BATCH = 20

_log = log.get("mail")


@dataclass(frozen=True, slots=True)
class Server:
    """``smtp://[user:password@]host[:25]``, ``smtp+starttls://…[:587]`` or ``smtps://…[:465]``."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def parse(cls, url: str) -> "Server":
        """Raises ``ValueError`` for anything else."""
        parts = urlsplit(url)
        ports = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
        if parts.scheme not in ports or not parts.hostname:
            raise ValueError("mail goes to smtp://…, smtp+starttls://… or smtps://…")
        return cls(
            parts.scheme,
            parts.hostname,
            parts.port or ports[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )


class Mailer:
    """The work ``mail``.

    ``sender`` is an address, with a name or without; the office's name of the programme wins over
    that name, and the settings' stands in for none.
    """

    name = mail.BELL

    def __init__(self, database: Database, server: Server, sender: str) -> None:
        self._database = database
        self._server = server
        self._sender = sender

    async def turn(self, now: int) -> int | None:
        """Sends what waits; comes back later when the server is away."""
        while waiting := await mail.unsent(self._database, BATCH):
            sender = await self._from()
            done, away = await asyncio.to_thread(self._send_all, waiting, sender)
            for mail_id in done:
                await self._database.write(mail.mark_sent, mail_id, now)
            if away:
                return now + AGAIN
        return None

    async def settle(self) -> bool:
        return False

    async def _from(self) -> str:
        values = await brand(self._database)
        given, address = parseaddr(self._sender)
        return formataddr((values.get(NAME) or given or name_in(values), address))

    def _send_all(self, waiting: list[Mail], sender: str) -> tuple[list[int], bool]:
        """(ids that need no further try, whether the server is away)."""
        done: list[int] = []
        try:
            with self._connect() as server:
                for one in waiting:
                    try:
                        server.send_message(_message(one, sender))
                    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
                        if not _for_good(error):
                            raise
                        _log.error("a mail was refused", mail=one.id, reason=str(error)[:200])
                    except ValueError as error:  # of an address that makes no header
                        _log.error("a mail could not be written", mail=one.id, reason=str(error))
                    done.append(one.id)
        except (OSError, smtplib.SMTPException) as error:
            _log.warning("the mail server is away", reason=str(error)[:200])
            return done, True
        return done, False

    def _connect(self) -> smtplib.SMTP:
        at = self._server
        context = ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(at.host, at.port, timeout=TIMEOUT_SECONDS, context=context)
            if at.scheme == "smtps"
            else smtplib.SMTP(at.host, at.port, timeout=TIMEOUT_SECONDS)
        )
        if at.scheme == "smtp+starttls":
            server.starttls(context=context)
        if at.user:
            server.login(at.user, at.password)
        return server


def _message(one: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = one.to
    message["Subject"] = one.subject
    message["Message-ID"] = make_msgid(f"workswith-{one.id}")
    message.set_content(one.text)
    if one.html:
        message.add_alternative(one.html, subtype="html")
    return message


def _for_good(error: smtplib.SMTPException) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500

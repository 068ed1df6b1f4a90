"""What an authorization request waits for: that somebody signs in, or consents.

Its *ticket* ties the answer to the question. A login ticket says which session there was when a
new sign-in was asked for, so that ``prompt=login`` cannot be skipped by reloading. A consent ticket
is good for this request, this browser session, this account and these scopes only: a consent form
that was shown to one person, or before a change of the scopes, is worth nothing elsewhere.
"""

import hmac
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import msgspec

from workswith.kernel.clock import HOUR
from workswith.kernel.ident import b64url, same

from .application import Application
from .request import TICKET, Request
from .sessions import Session

LIFE = HOUR
Kind = Literal["login", "consent"]


@dataclass(eq=False)
class Interaction(Exception):
    """Raised by `Authorize.decide`.

    *login*: send the browser to sign in and then to ``/authorize?`` + ``resume``.
    *consent*: show the application and ``scopes``, and give ``params`` and ``ticket`` back to
    `Authorize.allow` or `Authorize.deny`.
    """

    kind: Kind
    application: Application
    scopes: tuple[str, ...]
    params: tuple[tuple[str, str], ...]
    ticket: str
    redirect_uri: str
    login_hint: str = ""
    ui_locales: str = ""

    @property
    def resume(self) -> str:
        """The query string with which the request goes on after a sign-in."""
        return urlencode([*self.params, (TICKET, self.ticket)])


class Tickets:
    """Makes and checks tickets; ``key`` is a secret of the instance."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, kind: Kind, request: Request, who: Session | None, now: int) -> str:
        session = who.id if who else ""
        return f"{now}.{session}.{self._mac(kind, request, session, now)}"

    def proves_login(self, ticket: str, request: Request, who: Session, now: int) -> bool:
        """Whether ``who`` signed in anew after the ticket was made."""
        at, session = self._open("login", ticket, request, now)
        return at is not None and session != who.id and who.auth_time >= at

    def proves_consent(self, ticket: str, request: Request, who: Session, now: int) -> bool:
        """Whether the question was put to ``who``, about exactly this request."""
        at, session = self._open("consent", ticket, request, now)
        return at is not None and session == who.id

    def _open(self, kind: Kind, ticket: str, request: Request, now: int) -> tuple[int | None, str]:
        parts = ticket.split(".")
        if len(parts) != 3 or not (
            parts[0].isascii() and parts[0].isdigit() and len(parts[0]) < 16
        ):
            return None, ""
        at, session = int(parts[0]), parts[1]
        good = same(self._mac(kind, request, session, at), parts[2]) and 0 <= now - at <= LIFE
        return (at if good else None), session

    def _mac(self, kind: Kind, request: Request, session: str, at: int) -> str:
        params = sorted((name, value) for name, value in request.params.items() if name != TICKET)
        told = [kind, params, session, at, request.application.scopes_version]
        return b64url(hmac.digest(self._key, msgspec.json.encode(told), "sha256"))

"""Cookies: their names, their attributes, and signatures on those that the browser keeps for us.

Every cookie is HttpOnly, SameSite=Lax and bound to the whole host; over https it is Secure and has
the ``__Host-`` prefix, so that no other host can plant it (RFC 6265bis section 4.1.3).
"""

import hashlib
import hmac

from starlette.responses import Response

from workswith.kernel.ident import b64url, same

SESSION = "ww_session"
VISITOR = "ww_visitor"
PENDING = "ww_pending"
"""A sign-in that waits for its second step."""
FEDERATION = "ww_federation"
"""The state of a sign-in at the company's provider."""
CONFIRMED = "ww_confirmed"
"""The owner of an account without a password has signed in at the company's provider again."""
NEWCOMER = "ww_newcomer"
"""What proves that this browser asked for a sign-up: `signin.newcomer`."""
FORMER = "ww_former"
"""Who this browser was a moment ago, before a form of its began another session: `Visit.sender`."""
NOTICE = "ww_notice"
LANGUAGE = "ww_lang"
THEME = "ww_theme"

YEAR_SECONDS = 365 * 86_400


def name_of(cookie: str, *, secure: bool) -> str:
    return f"__Host-{cookie}" if secure else cookie


def put(
    response: Response,
    cookie: str,
    value: str,
    *,
    secure: bool,
    seconds: int | None = None,
) -> None:
    """Sets ``cookie`` for ``seconds``, or until the browser closes."""
    response.set_cookie(
        name_of(cookie, secure=secure),
        value,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, cookie: str, *, secure: bool) -> None:
    put(response, cookie, "", secure=secure, seconds=0)


class Signer:
    """Signs texts for one purpose: a signature made for another purpose does not fit."""

    def __init__(self, key: bytes, purpose: str) -> None:
        self._key = hmac.digest(key, purpose.encode(), "sha256")

    def mark(self, text: str) -> str:
        return b64url(hmac.digest(self._key, text.encode(), hashlib.sha256))

    def sign(self, text: str) -> str:
        """``text`` may not contain a dot."""
        return f"{text}.{self.mark(text)}"

    def open(self, signed: str) -> str | None:
        """The text, or ``None`` when it was not signed here."""
        text, _, mark = signed.rpartition(".")
        return text if text and same(mark, self.mark(text)) else None

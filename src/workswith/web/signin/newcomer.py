"""What a browser remembers of its own sign-up: a secret, and in a sandbox the address.

The digest of the secret goes with the link of the mail, so that the link signs in the browser that
asked for it and no other. [decision 14]
"""

from base64 import urlsafe_b64decode
from dataclasses import dataclass

from workswith.kernel.ident import b64url
from workswith.web.site import cookies
from workswith.web.site.cookies import Signer
from workswith.web.site.visit import Visit


@dataclass(frozen=True, slots=True)
class Newcomer:
    """``email`` is empty outside a sandbox, where no page needs it."""

    secret: str
    email: str = ""


def known(visit: Visit) -> Newcomer | None:
    """What this browser remembers, if it has signed up lately."""
    packed = _signer(visit).open(visit.cookie(cookies.NEWCOMER))
    if packed is None:
        return None
    secret, _mark, email = packed.partition("~")
    return Newcomer(secret, urlsafe_b64decode(email + "=" * (-len(email) % 4)).decode())


def secret_of(visit: Visit) -> str:
    """The one that this browser has, so that the link of an earlier sign-up still fits; or a new one."""
    found = known(visit)
    return found.secret if found else visit.services.ident.secret()


def remember(visit: Visit, secret: str, email: str) -> None:
    """For as long as the link works."""
    shown = b64url(email.strip().lower().encode()) if visit.services.sandbox else ""
    seconds = visit.services.accounts.verify_link_hours * 3600
    visit.keep(cookies.NEWCOMER, _signer(visit).sign(f"{secret}~{shown}"), seconds)


def forget(visit: Visit) -> None:
    """Its sign-up is in force."""
    visit.keep(cookies.NEWCOMER, "", 0)


def _signer(visit: Visit) -> Signer:
    return Signer(visit.services.key, "newcomer")

"""A person's sign-in: what to open, and what may come back. [RFC 6749 4.1, 7636, 8252, 9207]

Pure: `loopback` waits for the browser, the clients join them. Nothing of the address that came back is
believed before ``state`` and ``iss`` are those of this sign-in.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from .application import Application
from .errors import ConfigurationError, SignInForged, SignInRefused
from .service import Service


@dataclass(frozen=True, slots=True)
class SignIn:
    """One that has begun. ``url`` is what the person opens; it has no secret but the ``state``."""

    url: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    issuer: str | None


def begin(
    service: Service,
    application: Application,
    redirect_uri: str,
    *,
    scopes: Sequence[str] = (),
    pkce: bool = True,
) -> SignIn:
    """``redirect_uri`` is one of the application's reply URLs, to the letter.

    Without ``scopes`` everything that the application has registered. Raises `ConfigurationError`.
    """
    parts = urlsplit(redirect_uri)
    if not parts.scheme or parts.fragment or "code=" in parts.query:
        raise ConfigurationError(f"{redirect_uri!r} is no reply URL.")
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48) if pkce else ""
    query = {
        "client_id": application.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "state": state,
    }
    if scopes:
        query["scope"] = " ".join(scopes)
    if pkce:
        query |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    issuer = f"{service.login}/{application.client_id}" if service.names_issuer else None
    url = f"{service.login}/authorize?{urlencode(query)}"
    return SignIn(url, redirect_uri, state, verifier, issuer)


def code_of(sign_in: SignIn, came_back: str) -> str:
    """The code in the address (or only the query) that the person was sent back to.

    Raises `SignInForged`, `SignInRefused`, and `ConfigurationError` for what is no such address.
    """
    text = came_back.strip()
    query = text.partition("?")[2].partition("#")[0] if "?" in text else text
    pairs = parse_qsl(query, keep_blank_values=True)
    members = dict(pairs)
    if len(members) != len(pairs):
        raise SignInForged("The answer names something twice.")
    if not members.keys() & {"code", "error", "state"}:
        raise ConfigurationError("This is not the address that the browser was sent back to.")
    if not hmac.compare_digest(members.get("state", "").encode(), sign_in.state.encode()):
        raise SignInForged("The answer belongs to another sign-in.")
    if sign_in.issuer is not None and members.get("iss") != sign_in.issuer:
        raise SignInForged("The answer comes from another login service.")
    if "error" in members:
        raise SignInRefused(members["error"], members.get("error_description", ""))
    if not members.get("code"):
        raise SignInForged("The answer has no code.")
    return members["code"]


def challenge(verifier: str) -> str:
    """S256 of RFC 7636."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

"""Access tokens, and how they are renewed without ever losing the link.

    lock -> read again -> (another process was faster: done) -> refresh -> write -> unlock

A refresh token may be used once: the answer has its successor. So a successor is on the disk before
anybody uses it, and its predecessor stays beside it. What may go wrong, and what then helps:

| | |
|---|---|
| the answer is lost, or the program dies before writing it | the same token again: within the cloud's minute it brings the same successor |
| two processes refresh at once | the lock; who comes second finds fresh tokens |
| the successor is refused although it was hardly used | its predecessor, within that minute; at the original at any time |
| the login service fails, refuses by mistake, or wants a pause | tokens are kept, whatever it says; asked again later, at growing distances |

[contract §10.3; OAuth 2.0 Security BCP (RFC 9700) 4.14]
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from .application import Application
from .errors import (
    ApplicationRefused,
    LoginUnavailable,
    SecretExpired,
    SignInRequired,
    StoreError,
    TokenError,
    TransportError,
    message_of,
)
from .flow import Flow, blocking, send, wait, whole
from .locks import Release, acquire
from .reading import number
from .service import Service
from .store import Store
from .wire import Request, Response, form

EARLY_SECONDS = 120
"""Refreshed so long before the end, so that no call meets it."""
RETRY_SECONDS = 60
"""How long a cloud takes the latest used refresh token once more."""
LOCK_SECONDS = 120
USUAL_SECONDS = 3600
_TRIES = 3
_FIRST_PAUSE = 1.0
_REFUSED_FIRST, _REFUSED_LONGEST = 30, 3600
"""Seconds until a refused refresh token is tried again; doubled each time."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Instants in seconds since 1970 UTC, by the clock of this program."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    obtained_at: float
    expires_at: float
    scope: str = ""
    predecessor: str = field(default="", repr=False)
    refused: int = 0
    refused_at: float = 0.0

    def fresh(self, now: float) -> bool:
        # A clock that was set back makes nothing fresh.
        return self.obtained_at - RETRY_SECONDS <= now < self.expires_at - EARLY_SECONDS

    def pausing(self, now: float) -> bool:
        """Whether it was refused so lately that asking again would only be noise."""
        if not self.refused:
            return False
        pause: float = min(_REFUSED_FIRST * 2.0 ** min(self.refused - 1, 20), _REFUSED_LONGEST)
        return self.refused_at <= now < self.refused_at + pause


class Login(NamedTuple):
    """What talking to a login service needs; ``now`` gives seconds since 1970 UTC."""

    service: Service
    application: Application
    store: Store
    headers: Mapping[str, str]
    now: Callable[[], float]
    seconds: float


def access_token(login: Login, stale: str = "") -> Flow[str]:
    """A token that is good, other than the ``stale`` one that was just refused.

    Raises `SignInRequired`, `ApplicationRefused`, `LoginUnavailable`, `StoreError`.
    """
    tokens = yield from load(login)
    if tokens.fresh(login.now()) and tokens.access_token != stale:
        return tokens.access_token
    # An answer that nobody waits for any more still has the only successor.
    return (yield from whole(_alone(login, stale)))


def _alone(login: Login, stale: str) -> Flow[str]:
    release: Release = yield from acquire(lambda: login.store.try_lock("tokens"), LOCK_SECONDS)
    try:
        tokens = yield from load(login)
        if tokens.fresh(login.now()) and tokens.access_token != stale:
            return tokens.access_token
        return (yield from _renewed(login, tokens, usable=not stale))
    finally:
        release()


def load(login: Login) -> Flow[Tokens]:
    """Raises `SignInRequired` where there are none."""
    text = yield from blocking(lambda: login.store.read("tokens"))
    tokens = parsed(text)
    if tokens is None:
        raise SignInRequired("Nobody has signed in yet.")
    return tokens


def save(login: Login, tokens: Tokens | None) -> Flow[None]:
    text = None if tokens is None else json.dumps(asdict(tokens))
    yield from blocking(lambda: login.store.write("tokens", text))


def exchange(login: Login, code: str, redirect_uri: str, verifier: str) -> Flow[Tokens]:
    """The code of a sign-in for tokens, which are kept. Raises `TokenError`, `TransportError`."""
    members = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if verifier:
        members["code_verifier"] = verifier
    response = yield from _ask(login, members)
    tokens = read(response, login.now(), Tokens("", "", 0, 0))
    release: Release = yield from acquire(lambda: login.store.try_lock("tokens"), LOCK_SECONDS)
    try:
        yield from save(login, tokens)
    finally:
        release()
    return tokens


def _renewed(login: Login, tokens: Tokens, *, usable: bool) -> Flow[str]:
    """With the lock. An access token that has not ended yet gets a call through a bad minute."""
    now = login.now()
    good = usable and tokens.obtained_at - RETRY_SECONDS <= now < tokens.expires_at - 1
    if tokens.pausing(now):
        if good:
            return tokens.access_token
        raise SignInRequired("The login service has refused to renew the access.")
    try:
        renewed = yield from _refresh(login, tokens)
    except SignInRequired:
        refused = replace(tokens, refused=tokens.refused + 1, refused_at=login.now())
        yield from save(login, refused)
        raise
    except (LoginUnavailable, TransportError):
        if good:
            return tokens.access_token
        raise
    yield from save(login, renewed)
    return renewed.access_token


def _refresh(login: Login, tokens: Tokens) -> Flow[Tokens]:
    presented = tokens.refresh_token
    try:
        response = yield from _persistently(login, presented)
    except SignInRequired:
        lately = login.now() - tokens.obtained_at <= RETRY_SECONDS
        if not tokens.predecessor or not (lately or login.service.keeps_old_refresh_tokens):
            raise
        response = yield from _persistently(login, tokens.predecessor)
    return read(response, login.now(), tokens)


def _persistently(login: Login, refresh_token: str) -> Flow[Response]:
    """The same token again where the answer was lost: a minute is time enough for that."""
    members = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    pause = _FIRST_PAUSE
    for _ in range(_TRIES - 1):
        try:
            return (yield from _ask(login, members))
        except TransportError:
            pass
        except LoginUnavailable as error:
            if error.retry_after is not None and error.retry_after > pause:
                raise
        yield from wait(pause)
        pause *= 2
    return (yield from _ask(login, members))


def _ask(login: Login, members: Mapping[str, str]) -> Flow[Response]:
    headers, body = form({**login.application.credentials, **members})
    request = Request(
        "POST",
        f"{login.service.login}/token",
        {**login.headers, **headers},
        body,
        login.seconds,
    )
    response = yield from send(request)
    if response.status == 200:
        return response
    raise refusal(response)


def refusal(response: Response) -> TokenError:
    """Which error an answer of /token is. A 4xx that is not about the grant is no end of the link."""
    try:
        body: Any = response.json()
    except ValueError:
        body = None
    word = body.get("error") if isinstance(body, dict) else None
    message = message_of(response)
    error: TokenError
    if "AADB2C90085" in message:
        error = SecretExpired("The client secret has expired.")
    elif word == "invalid_grant":
        error = SignInRequired(f"The access has ended: {message}")
    elif word in ("invalid_client", "unauthorized_client"):
        error = ApplicationRefused(f"The application was refused: {message}")
    else:
        error = LoginUnavailable(f"The login service answered {response.status}: {message}")
        error.retry_after = response.retry_after
    error.status = response.status
    return error


def read(response: Response, now: float, before: Tokens) -> Tokens:
    """From an answer of /token; numbers may be text or absent. Raises `LoginUnavailable`."""
    try:
        body: Any = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
        raise LoginUnavailable("The login service answered without an access token.")
    refresh = body.get("refresh_token")
    granted = refresh if isinstance(refresh, str) and refresh else before.refresh_token
    changed = granted != before.refresh_token
    return Tokens(
        access_token=body["access_token"],
        refresh_token=granted,
        obtained_at=now,
        expires_at=now + _seconds(body),
        scope=str(body.get("scope") or before.scope),
        predecessor=before.refresh_token if changed else before.predecessor,
    )


def _seconds(body: Mapping[str, Any]) -> float:
    """How long a token is good. Instants are the cloud's, so only their distance counts."""
    said = number(body.get("expires_in"))
    if said is None:
        until, since = number(body.get("expires_on")), number(body.get("not_before"))
        said = until - since if until is not None and since is not None else None
    return said if said is not None and said > 0 else USUAL_SECONDS


def parsed(text: str | None) -> Tokens | None:
    """Raises `StoreError` for what is no token file."""
    if text is None:
        return None
    try:
        members = json.loads(text)
        return Tokens(**{name: members[name] for name in Tokens.__slots__ if name in members})
    except (ValueError, TypeError) as error:
        raise StoreError("What is kept are no tokens; remove it and sign in again.") from error

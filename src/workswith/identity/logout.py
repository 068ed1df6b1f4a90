"""Logout that an application starts. [OID-11, OpenID Connect RP-Initiated Logout 1.0]

The browser comes to ``/end_session``. With an id_token of ours for the very session that is open it
is signed out at once; otherwise the person is asked first, since anybody can make a browser open an
address. It is sent on only to an address that the id_token's own application has registered, byte
for byte; whatever is wrong is said here and never redirected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from workswith.kernel.database import Reads

from . import errors
from .application import ANYBODYS, Application
from .keys import SigningKeys
from .parameters import Params, pairs_of, single, unreadable
from .request import LONGEST_STATE
from .sessions import Session


@dataclass(frozen=True, slots=True)
class Goodbye:
    """``sure`` without a question; ``onward`` is the finished address to go to, or empty."""

    application: Application | None
    onward: str
    sure: bool


class Logout:
    """``login_origin`` is the public address of the login service."""

    def __init__(self, reads: Reads, keys: SigningKeys, login_origin: str) -> None:
        self._reads = reads
        self._keys = keys
        self._login_origin = login_origin

    async def decide(self, params: Params, who: Session | None) -> Goodbye:
        """Raises `OAuthError`, to be shown as a page."""
        values = _read(params)
        said = self._hint(values)
        client_id = str(said["aud"]) if said else values.get("client_id", "")
        application = await self._application(client_id, values, said)
        onward = _onward(application, values, said)
        own = said is not None and who is not None and said["sub"] == who.account_id
        this = own and said is not None and who is not None and said.get("sid") in (None, who.id)
        return Goodbye(application, onward, sure=who is None or this)

    def _hint(self, values: Mapping[str, str]) -> dict[str, Any] | None:
        """What one of our id_tokens says, also after its end."""
        hint = values.get("id_token_hint")
        if hint is None:
            return None
        found = self._keys.by_header(hint.partition(".")[0])
        said = found[0].verify(hint) if found and found[1] == "JWT" else None
        if said is None or said["iss"] != f"{self._login_origin}/{said['aud']}":
            raise errors.invalid_request("The id_token_hint is not an id_token of ours")
        return said

    async def _application(
        self, client_id: str, values: Mapping[str, str], said: Mapping[str, Any] | None
    ) -> Application | None:
        if said and values.get("client_id", client_id) != client_id:
            raise errors.invalid_request("The client_id is not that of the id_token_hint")
        if not client_id:
            return None
        application = await self._reads.one(ANYBODYS, client_id=client_id)
        if application is None:
            raise errors.unknown_client()
        return application


def _onward(
    application: Application | None,
    values: Mapping[str, str],
    said: Mapping[str, Any] | None,
) -> str:
    url = values.get("post_logout_redirect_uri")
    if url is None:
        return ""
    if application is None or said is None:
        raise errors.invalid_request(
            "The post_logout_redirect_uri needs an id_token_hint beside it"
        )
    if url not in application.post_logout_urls:
        raise errors.invalid_request(
            "The post_logout_redirect_uri is not registered for this application"
        )
    state = values.get("state")
    if not state:
        return url
    return f"{url}{'&' if '?' in url else '?'}state={quote(state, safe='')}"


def _read(params: Params) -> dict[str, str]:
    pairs = pairs_of(params)
    values, repeated = single(pairs)
    if unreadable(pairs) or repeated or len(values.get("state", "")) > LONGEST_STATE:
        raise errors.invalid_request("A parameter is too long, or stands there more than once")
    return values

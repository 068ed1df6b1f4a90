"""The portal as an application of its own: what Try it signs in to. [PRT-2]

Its id and its secret follow from the key of the installation, so that every process knows them and
nothing has to be kept in a file. It is a row like any other application: users consent to it, see
it under third-party access and may revoke it.
"""

import hmac
import uuid
from collections.abc import Iterable

from workswith.identity import application as rows
from workswith.identity.errors import OAuthError
from workswith.identity.scopes import in_order
from workswith.identity.token import Tokens
from workswith.kernel.clock import DAY
from workswith.kernel.database import Tx
from workswith.kernel.ident import b64url, digest
from workswith.kernel.problem import Kind, Problem

from .console import callback_address

FOR_EVER = 36_500 * DAY


class OwnClient:
    """`ConsoleClient` by a function call instead of a request to ``/token``."""

    def __init__(self, tokens: Tokens, key: bytes) -> None:
        """``key`` is the one that `ensure` was given."""
        self._tokens = tokens
        self._secret = _secret(key)
        self.client_id = client_id_of(key)

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The access token. Raises `Problem` INVALID ``code_refused``."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        try:
            answer = await self._tokens.answer(asked, self.client_id, self._secret)
        except OAuthError as error:
            raise Problem(Kind.INVALID, "code_refused", error.description) from error
        return str(answer["access_token"])


async def ensure(
    tx: Tx, *, owner_id: str, portal: str, scopes: Iterable[str], key: bytes, brand: str, now: int
) -> str:
    """Makes the application, or brings its reply URL and scopes up to date; returns its id.

    ``owner_id`` is an operator's account, ``portal`` the portal's origin, ``scopes`` those that the
    published APIs ask for.
    """
    client_id = client_id_of(key)
    wanted = in_order(scopes)
    known = await tx.one(rows.ANYBODYS, client_id=client_id)
    common = {
        "owner_id": known.owner_id if known else owner_id,
        "client_id": client_id,
        "name": f"{brand} developer portal",
        "description": "Sends the calls that you make in the page Try it.",
        "vendor": brand,
        "url": portal,
        "reply_urls": callback_address(portal),
        "scopes": " ".join(wanted),
        "pkce": "required",
        "logo_type": "",
        "now": now,
    }
    if known is None:
        await tx.one(rows.INSERT, state="approved", **common)
        await tx.one(
            rows.ADD_SECRET,
            id=str(uuid.uuid5(uuid.UUID(client_id), "secret")),
            client_id=client_id,
            label="Try it",
            hash=digest(_secret(key)),
            now=now,
            expires_at=now + FOR_EVER,
        )
    elif known.reply_urls != (common["reply_urls"],) or known.scopes != wanted:
        version = known.scopes_version + (known.scopes != wanted)
        await tx.one(rows.UPDATE, scopes_version=version, requested_scopes=None, **common)
    return client_id


def client_id_of(key: bytes) -> str:
    """The same for the life of the installation."""
    return str(uuid.UUID(bytes=hmac.digest(key, b"portal client id", "sha256")[:16], version=4))


def _secret(key: bytes) -> str:
    return b64url(hmac.digest(key, b"portal client secret", "sha256"))

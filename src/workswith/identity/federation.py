"""The company's own sign-in for its developers, at any OpenID Connect provider. [ACC-3]

We are the relying party here: discovery, code flow with PKCE S256, state bound to the browser,
nonce, ``iss`` of RFC 9207 where the provider sends it, and an id_token of an asymmetric algorithm,
signed by a key that the provider publishes, for us and nobody else. [OpenID Connect Core 3.1.3.7]

Who comes is known by issuer and subject, never by the e-mail address alone: an address that has an
account here is connected only by its owner, signed in.
"""

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from workswith.kernel import log
from workswith.kernel.clock import HOUR, MINUTE, Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident, b64url, same
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.words import current

from . import account as rows
from . import audit, challenges
from .account import Account, account_of
from .emails import LONGEST_NAME, normal_email
from .settings import Settings

_log = log.get("identity")
PATIENCE = 10 * MINUTE
SKEW = 60
"""Seconds by which the provider's clock may differ."""
KNOWN_FOR = HOUR
LONGEST = 256 * 1024
_ANEW = {"prompt": "login", "max_age": "0"}
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]


class _Waiting(msgspec.Struct):
    nonce: str
    verifier: str
    return_to: str
    fresh_since: int | None = None
    """In seconds: a sign-in before this instant is not good enough."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back from the provider. ``connected``: an account that was signed in got a new way
    in; ``confirmed``: its owner has just signed in there again. Either way nobody was signed in.
    """

    account: Account
    return_to: str
    connected: bool
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """``state`` goes into a cookie of the browser, the browser to ``url``."""

    state: str
    url: str


_OF = query(
    str,
    "SELECT account_id FROM federated_identity WHERE issuer = :issuer AND subject = :subject",
)
_CONNECTED = query(
    int,
    "SELECT created_at FROM federated_identity WHERE issuer = :issuer AND account_id = :account_id",
)
_ADD = statement(
    "INSERT INTO federated_identity (issuer, subject, account_id, created_at) "
    "VALUES (:issuer, :subject, :account_id, :now) ON CONFLICT (issuer, subject) DO NOTHING"
)
_DROP = statement(
    "DELETE FROM federated_identity WHERE issuer = :issuer AND account_id = :account_id"
)


class Federation:
    """``http`` speaks to the provider, ``callback`` is our redirect URI there."""

    def __init__(  # noqa: PLR0917 - what `app` hands over, in the order of every area
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        http: httpx2.AsyncClient,
        callback: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._issuer = settings.federation_issuer
        self._client_id = settings.federation_client_id
        self._client_secret = settings.federation_client_secret
        self.label = settings.federation_label
        self._http = http
        self._callback = callback
        self._known: tuple[int, dict[str, Any]] | None = None
        self._keys: KeySet | None = None

    async def begin(
        self, return_to: str, account_id: str | None = None, *, confirm: bool = False
    ) -> Begun:
        """With ``account_id``, that account gets connected, or, to ``confirm`` that its owner is
        there, signs in anew: ``max_age=0`` and ``prompt=login``. Raises UNREACHABLE.
        """
        provider = await self._provider()
        state, nonce, verifier = (self._ident.secret() for _ in range(3))
        since = self._clock.now() // 1000 if confirm else None
        payload = msgspec.json.encode(_Waiting(nonce, verifier, return_to, since)).decode()

        async def write(tx: Tx) -> None:
            until = self._clock.now() + PATIENCE
            await challenges.put(
                tx, state, account_id, challenges.FEDERATION, expires_at=until, payload=payload
            )

        await self._database.write(write)
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._callback,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": b64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            **(_ANEW if confirm else {}),
        }
        address = str(provider["authorization_endpoint"])
        mark = "&" if "?" in address else "?"
        return Begun(state, f"{address}{mark}{urlencode(asked, quote_via=quote)}")

    async def finish(self, params: dict[str, str], cookie: str, who: str | None) -> Arrival:
        """``cookie`` is the browser's state, ``who`` the account that is signed in now.

        Raises UNAUTHENTICATED ``federation_…``, CONFLICT ``federation_account``, UNREACHABLE.
        """
        state = params.get("state", "")
        if not state or not cookie or not same(state, cookie):
            raise _refused("state")

        async def take(tx: Tx) -> challenges.Challenge:
            return await challenges.take(tx, state, challenges.FEDERATION, self._clock.now())

        found = await self._database.write(take)
        waiting = msgspec.json.decode(found.payload, type=_Waiting)
        if found.account_id is not None and found.account_id != who:
            raise _refused("another account is signed in")
        if params.get("iss", self._issuer) != self._issuer:
            raise _refused("iss of the answer")  # a mix-up [RFC 9207]
        if "error" in params:
            raise _refused(f"provider: {params['error'][:100]}")
        claims = await self._claims(params.get("code", ""), waiting)
        if waiting.fresh_since is not None and found.account_id is not None:
            owner = await self._owner(claims, found.account_id, waiting.fresh_since)
            return Arrival(owner, waiting.return_to, connected=False, confirmed=True)
        account, connected = await self._account(claims, found.account_id)
        return Arrival(account, waiting.return_to, connected)

    async def connected(self, account_id: str) -> int | None:
        """Since when an account can sign in this way."""
        return await self._database.one(_CONNECTED, issuer=self._issuer, account_id=account_id)

    async def disconnect(self, account_id: str) -> None:
        async def write(tx: Tx) -> None:
            if await tx.run(_DROP, issuer=self._issuer, account_id=account_id):
                now = self._clock.now()
                await audit.note(tx, "federation_disconnected", now, account_id=account_id)

        await self._database.write(write)

    async def close(self) -> None:
        await self._http.aclose()

    async def _claims(self, code: str, waiting: _Waiting) -> dict[str, Any]:
        provider = await self._provider()
        answer = await self._call(
            "POST",
            str(provider["token_endpoint"]),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._callback,
                "code_verifier": waiting.verifier,
                **self._secret_in_body(provider),
            },
            auth=self._secret_in_header(provider),
        )
        claims = await self._verified(str(answer.get("id_token", "")), waiting.nonce)
        if "email" not in claims and "userinfo_endpoint" in provider:
            told = await self._call(
                "GET",
                str(provider["userinfo_endpoint"]),
                headers={"authorization": f"Bearer {answer.get('access_token', '')}"},
            )
            if told.get("sub") != claims["sub"]:
                raise _refused("userinfo is about somebody else")
            claims = {**told, **claims}
        return claims

    async def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        for again in (False, True):
            try:
                claims = jwt.decode(token, await self._key_set(anew=again), ALGORITHMS).claims
                break
            except (JoseError, ValueError) as error:
                # The provider may have turned its keys since we looked.
                if again:
                    raise _refused(f"id_token: {error}") from error
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        now = self._clock.now() // 1000
        wrong = {
            "iss": claims.get("iss") != self._issuer,
            "aud": self._client_id not in audiences,
            "azp": claims.get("azp", self._client_id) != self._client_id
            or (len(audiences) > 1 and "azp" not in claims),
            "exp": not _number(claims, "exp") or claims["exp"] + SKEW <= now,
            "iat": not _number(claims, "iat") or claims["iat"] - SKEW > now,
            "nonce": not same(str(claims.get("nonce", "")), nonce),
            "sub": not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255,
        }
        if any(wrong.values()):
            raise _refused("id_token: " + ", ".join(name for name in wrong if wrong[name]))
        return dict(claims)

    async def _owner(self, claims: dict[str, Any], account_id: str, since: int) -> Account:
        """The account, if it is its owner who has just signed in. [OIDC Core 3.1.2.1 max_age]"""
        known_id = await self._database.one(_OF, issuer=self._issuer, subject=str(claims["sub"]))
        if known_id != account_id:
            raise _refused("somebody else has signed in")
        if not _number(claims, "auth_time") or claims["auth_time"] < since - SKEW:
            raise _refused("the provider did not ask anew")
        account = await account_of(self._database, account_id)
        if account is None:
            raise _refused("the account is closed or suspended")
        return account

    async def _account(
        self, claims: dict[str, Any], connecting: str | None
    ) -> tuple[Account, bool]:
        issuer, subject = self._issuer, str(claims["sub"])
        known_id = await self._database.one(_OF, issuer=issuer, subject=subject)
        if known_id is not None:
            if connecting not in (None, known_id):
                raise Problem(
                    Kind.CONFLICT,
                    "federation_account",
                    "This sign-in belongs to another account here.",
                )
            known = await account_of(self._database, known_id)
            if known is None:
                raise _refused("the account is closed or suspended")
            return known, connecting is not None
        if connecting is not None:
            return await self._connect(connecting, subject), True
        return await self._create(claims, subject), False

    async def _connect(self, account_id: str, subject: str) -> Account:
        async def write(tx: Tx) -> Account | None:
            now = self._clock.now()
            await tx.run(_ADD, issuer=self._issuer, subject=subject, account_id=account_id, now=now)
            await audit.note(tx, "federation_connected", now, account_id=account_id)
            return await account_of(tx, account_id)

        account = await self._database.write(write)
        if account is None:
            raise _refused("the account is closed")
        return account

    async def _create(self, claims: dict[str, Any], subject: str) -> Account:
        """A developer who comes for the first time."""
        if claims.get("email_verified") is not True:
            _log.warning("the company's sign-in brought no verified address")
            raise Problem(
                Kind.UNAUTHENTICATED,
                "federation_unverified",
                "Your company does not vouch for your e-mail address.",
                hint="Ask whoever runs its sign-in to verify it, then come again.",
            )
        email = normal_email(str(claims.get("email", "")))
        first_name = _line(claims.get("given_name") or claims.get("name") or email.split("@")[0])
        language = current.get()

        async def write(tx: Tx) -> Account | None:
            now = self._clock.now()
            made = await tx.one(
                rows.INSERT,
                id=self._ident.uuid(),
                kind="developer",
                email=email,
                first_name=first_name,
                surname=_line(claims.get("family_name") or ""),
                password_hash="",
                verified_at=now,
                language=language,
                now=now,
            )
            if made:
                await tx.run(
                    _ADD, issuer=self._issuer, subject=subject, account_id=made.id, now=now
                )
                await audit.note(tx, "account_federated", now, account_id=made.id)
            return made

        made = await self._database.write(write)
        if made is None:
            raise Problem(
                Kind.CONFLICT,
                "federation_account",
                "Your address has an account here already.",
                hint="Sign in with its password, then connect the two under Account.",
            )
        return made

    async def _provider(self) -> dict[str, Any]:
        now = self._clock.now()
        if self._known is None or now - self._known[0] >= KNOWN_FOR:
            address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            document = await self._call("GET", address)
            if document.get("issuer") != self._issuer:
                raise _away("the document names another issuer")
            self._known = (now, document)
        return self._known[1]

    async def _key_set(self, *, anew: bool) -> KeySet:
        if self._keys is None or anew:
            provider = await self._provider()
            document = await self._call("GET", str(provider["jwks_uri"]))
            self._keys = KeySet.import_key_set(document)  # type: ignore[arg-type]  # read from JSON
        return self._keys

    def _secret_in_header(self, provider: dict[str, Any]) -> tuple[str, str] | None:
        if self._in_body(provider):
            return None
        return quote(self._client_id, safe=""), quote(self._client_secret, safe="")

    def _secret_in_body(self, provider: dict[str, Any]) -> dict[str, str]:
        if not self._in_body(provider):
            return {}
        return {"client_id": self._client_id, "client_secret": self._client_secret}

    @staticmethod
    def _in_body(provider: dict[str, Any]) -> bool:
        methods = provider.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" not in methods

    async def _call(self, method: str, address: str, **options: Any) -> dict[str, Any]:
        """One request, no redirects; the JSON object of its answer."""
        options = {name: value for name, value in options.items() if value is not None}
        try:
            answer = await self._http.request(method, address, follow_redirects=False, **options)
            found = msgspec.json.decode(answer.content[:LONGEST])
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise _away(f"{address}: {error}") from error
        if answer.status_code != 200 or not isinstance(found, dict):
            raise _away(f"{address}: {answer.status_code} {answer.text[:200]}")
        return found


def _line(text: object) -> str:
    clean = "".join(char if char.isprintable() else " " for char in str(text))
    return " ".join(clean.split())[:LONGEST_NAME]


def _number(claims: dict[str, Any], name: str) -> bool:
    return isinstance(claims.get(name), int | float)


def _refused(debug: str) -> Problem:
    _log.warning("the company's sign-in was refused", reason=debug)
    return Problem(
        Kind.UNAUTHENTICATED,
        "federation_refused",
        "The sign-in at your company did not succeed.",
        hint="Please begin again.",
        debug=debug,
    )


def _away(debug: str) -> Problem:
    _log.warning("the company's sign-in does not answer", reason=debug)
    return Problem(
        Kind.UNREACHABLE,
        "federation_away",
        "Your company's sign-in does not answer as it should.",
        hint="Please try again in a moment.",
        debug=debug,
    )

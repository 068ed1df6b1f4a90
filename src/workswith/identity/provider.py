"""The OpenID Connect provider of a company, as its relying party speaks to it. [ACC-3]

Discovery, code flow with PKCE S256 and a nonce, ``iss`` of RFC 9207 where the provider sends it, and an
id_token of an asymmetric algorithm, signed by a key that the provider publishes, for us and nobody else.
[OpenID Connect Core 3.1.3.7]
"""

import hashlib
from typing import Any, cast
from urllib.parse import quote, urlencode

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from workswith.kernel import log
from workswith.kernel.clock import HOUR, Clock
from workswith.kernel.ident import b64url, same
from workswith.kernel.problem import Kind, Problem

from .settings import Settings

_log = log.get("identity")
SKEW = 60
"""Seconds by which the provider's clock may differ."""
KNOWN_FOR = HOUR
LONGEST = 256 * 1024
_ANEW = {"prompt": "login", "max_age": "0"}
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]


class Provider:
    """``http`` speaks to it, ``callback`` is our redirect URI there. Raises UNREACHABLE ``federation_away``."""

    def __init__(
        self, clock: Clock, settings: Settings, http: httpx2.AsyncClient, callback: str
    ) -> None:
        self._clock = clock
        self.issuer = settings.federation_issuer
        self.label = settings.federation_label
        self._client_id = settings.federation_client_id
        self._client_secret = settings.federation_client_secret
        self._http = http
        self._callback = callback
        self._known: tuple[int, dict[str, Any]] | None = None
        self._keys: KeySet | None = None

    async def address(self, state: str, nonce: str, verifier: str, *, anew: bool) -> str:
        """Where a browser signs in there; ``anew``, even if it is signed in there already."""
        document = await self._document()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._callback,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": b64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            **(_ANEW if anew else {}),
        }
        address = str(document["authorization_endpoint"])
        mark = "&" if "?" in address else "?"
        return f"{address}{mark}{urlencode(asked, quote_via=quote)}"

    async def claims(self, params: dict[str, str], verifier: str, nonce: str) -> dict[str, Any]:
        """Who came back with these parameters. Raises UNAUTHENTICATED ``federation_refused``."""
        if params.get("iss", self.issuer) != self.issuer:
            raise refused("iss of the answer")  # a mix-up [RFC 9207]
        if "error" in params:
            raise refused(f"provider: {params['error'][:100]}")
        provider = await self._document()
        answer = await self._call(
            "POST",
            str(provider["token_endpoint"]),
            data={
                "grant_type": "authorization_code",
                "code": params.get("code", ""),
                "redirect_uri": self._callback,
                "code_verifier": verifier,
                **self._secret_in_body(provider),
            },
            auth=self._secret_in_header(provider),
        )
        claims = await self._verified(str(answer.get("id_token", "")), nonce)
        if "email" not in claims and "userinfo_endpoint" in provider:
            told = await self._call(
                "GET",
                str(provider["userinfo_endpoint"]),
                headers={"authorization": f"Bearer {answer.get('access_token', '')}"},
            )
            if told.get("sub") != claims["sub"]:
                raise refused("userinfo is about somebody else")
            claims = {**told, **claims}
        return claims

    async def close(self) -> None:
        await self._http.aclose()

    async def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        for again in (False, True):
            try:
                claims = jwt.decode(token, await self._key_set(anew=again), ALGORITHMS).claims
                break
            except (JoseError, ValueError) as error:
                # The provider may have turned its keys since we looked.
                if again:
                    raise refused(f"id_token: {error}") from error
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        now = self._clock.now() // 1000
        wrong = {
            "iss": claims.get("iss") != self.issuer,
            "aud": self._client_id not in audiences,
            "azp": claims.get("azp", self._client_id) != self._client_id
            or (len(audiences) > 1 and "azp" not in claims),
            "exp": not _number(claims, "exp") or claims["exp"] + SKEW <= now,
            "iat": not _number(claims, "iat") or claims["iat"] - SKEW > now,
            "nonce": not same(str(claims.get("nonce", "")), nonce),
            "sub": not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255,
        }
        if any(wrong.values()):
            raise refused("id_token: " + ", ".join(name for name in wrong if wrong[name]))
        return dict(claims)

    async def _document(self) -> dict[str, Any]:
        now = self._clock.now()
        if self._known is None or now - self._known[0] >= KNOWN_FOR:
            address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            document = await self._call("GET", address)
            if document.get("issuer") != self.issuer:
                raise _away("the document names another issuer")
            self._known = (now, document)
        return self._known[1]

    async def _key_set(self, *, anew: bool) -> KeySet:
        if self._keys is None or anew:
            provider = await self._document()
            document = await self._call("GET", str(provider["jwks_uri"]))
            self._keys = KeySet.import_key_set(cast("Any", document))  # it checks
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


def fresh(claims: dict[str, Any], since: int) -> bool:
    """Whether somebody has signed in there since then, in seconds. [OIDC Core 3.1.2.1 max_age]"""
    return _number(claims, "auth_time") and bool(claims["auth_time"] >= since - SKEW)


def _number(claims: dict[str, Any], name: str) -> bool:
    return isinstance(claims.get(name), int | float)


def refused(debug: str) -> Problem:
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

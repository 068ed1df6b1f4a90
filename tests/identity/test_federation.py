"""What a provider, or somebody in its place, may not make us believe. [ACC-3, OIDC Core 3.1.3.7]"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from workswith.identity import provider as relying
from workswith.identity.federation import Arrival, Federation
from workswith.identity.settings import Settings
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, query
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Problem

ISSUER = "https://company.example"
SETTINGS = Settings(
    federation_issuer=ISSUER, federation_client_id="us", federation_client_secret="s" * 32
)
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
ACCOUNTS = query(int, "SELECT count(*) FROM account")
PERSON = {
    "sub": "kj",
    "email": "kj@company.example",
    "email_verified": True,
    "given_name": "Katherine",
    "family_name": "Johnson",
}


@dataclass
class Provider:
    """Answers as a provider does; ``changes`` are made to the id_token, ``None`` takes one away."""

    clock: Clock
    nonce: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    told: dict[str, Any] = field(default_factory=dict)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        match request.url.path:
            case "/.well-known/openid-configuration":
                return httpx2.Response(200, json=self._document())
            case "/jwks":
                return httpx2.Response(200, json={"keys": [KEY.as_dict(private=False)]})
            case "/token":
                return httpx2.Response(200, json={"access_token": "a", "id_token": self._token()})
        return httpx2.Response(200, json=self.told)

    def _document(self) -> dict[str, Any]:
        names = {"authorization": "auth", "token": "token", "userinfo": "me"}
        places = {f"{name}_endpoint": f"{ISSUER}/{path}" for name, path in names.items()}
        return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks", **places, **self.document}

    def _token(self) -> str:
        now = self.clock.now() // 1000
        claims = {
            "iss": ISSUER,
            "aud": "us",
            "iat": now,
            "exp": now + 60,
            "nonce": self.nonce,
            **PERSON,
            **self.changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(self.header, claims, self.key, algorithms=["RS256", "HS256"])


@pytest.fixture
def provider(clock: Clock) -> Provider:
    return Provider(clock)


@pytest.fixture
def federation(database: Database, clock: Clock, ident: Ident, provider: Provider) -> Federation:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(provider))
    there = relying.Provider(clock, SETTINGS, http, "https://portal.example/callback")
    return Federation(database, clock, ident, there)


async def arrive(federation: Federation, provider: Provider) -> str:
    """Through the whole sign-in; the account's id."""
    begun = await federation.begin("/")
    asked = dict(parse_qsl(urlsplit(begun.url).query))
    provider.nonce = asked["nonce"]
    answer = {"code": "c", "state": begun.state}
    return (await federation.finish(answer, begun.state, None)).account.id


async def test_an_honest_provider_is_believed(federation: Federation, provider: Provider) -> None:
    assert await arrive(federation, provider) == await arrive(federation, provider)


NOW = 1_768_219_200
"""The instant of the frozen clock, in seconds."""


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://attacker.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": None},
        {"aud": "somebody else"},
        {"aud": ["somebody", "else"]},
        {"aud": ["us", "somebody else"]},
        {"aud": None},
        {"azp": "somebody else"},
        {"exp": NOW - 61},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": NOW + 120},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
async def test_an_id_token_with_a_wrong_claim_is_refused(
    federation: Federation, provider: Provider, database: Database, changes: dict[str, Any]
) -> None:
    provider.changes = changes
    with pytest.raises(Problem, match="federation_refused"):
        await arrive(federation, provider)
    assert await database.one(ACCOUNTS) == 0


async def test_an_address_that_nobody_vouches_for_opens_no_account(
    federation: Federation, provider: Provider, database: Database
) -> None:
    for value in (False, None, "true", 1):
        provider.changes = {"email_verified": value}
        with pytest.raises(Problem, match="federation_unverified"):
            await arrive(federation, provider)
    assert await database.one(ACCOUNTS) == 0


async def test_a_signature_of_another_key_or_kind_is_refused(
    federation: Federation, provider: Provider
) -> None:
    provider.key = OTHER
    with pytest.raises(Problem, match="federation_refused"):
        await arrive(federation, provider)
    # A shared secret in place of a key pair: what confuses careless verifiers.
    provider.key = OctKey.import_key(SETTINGS.federation_client_secret, {"kid": "one"})
    provider.header = {"alg": "HS256", "kid": "one"}
    with pytest.raises(Problem, match="federation_refused"):
        await arrive(federation, provider)


async def test_userinfo_about_somebody_else_is_refused(
    federation: Federation, provider: Provider
) -> None:
    provider.changes = {"email": None}
    provider.told = {**PERSON, "sub": "another"}
    with pytest.raises(Problem, match="federation_refused"):
        await arrive(federation, provider)
    provider.told = dict(PERSON)
    assert await arrive(federation, provider)


async def test_a_document_that_names_another_issuer_is_not_used(
    federation: Federation, provider: Provider
) -> None:
    provider.document = {"issuer": "https://attacker.example"}
    with pytest.raises(Problem, match="federation_away"):
        await federation.begin("/")


async def test_an_address_that_has_an_account_is_not_taken_over(
    federation: Federation, provider: Provider
) -> None:
    first = await arrive(federation, provider)
    provider.changes = {"sub": "somebody with the same address"}
    with pytest.raises(Problem, match="federation_account"):
        await arrive(federation, provider)
    provider.changes = {}
    assert await arrive(federation, provider) == first


async def confirm(federation: Federation, provider: Provider, account_id: str) -> Arrival:
    begun = await federation.begin("/account/name", account_id, confirm=True)
    asked = dict(parse_qsl(urlsplit(begun.url).query))
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    provider.nonce = asked["nonce"]
    return await federation.finish({"code": "c", "state": begun.state}, begun.state, account_id)


async def test_signing_in_again_confirms_the_owner(
    federation: Federation, provider: Provider
) -> None:
    owner = await arrive(federation, provider)
    provider.changes = {"auth_time": NOW}
    arrival = await confirm(federation, provider, owner)
    assert (arrival.account.id, arrival.confirmed, arrival.connected) == (owner, True, False)
    assert arrival.return_to == "/account/name"


@pytest.mark.parametrize(
    "changes",
    [{}, {"auth_time": NOW - 61}, {"auth_time": "now"}, {"auth_time": NOW, "sub": "somebody else"}],
    ids=str,
)
async def test_an_old_sign_in_or_somebody_elses_confirms_nothing(
    federation: Federation, provider: Provider, database: Database, changes: dict[str, Any]
) -> None:
    owner = await arrive(federation, provider)
    provider.changes = changes
    with pytest.raises(Problem, match="federation_refused"):
        await confirm(federation, provider, owner)
    assert await database.one(ACCOUNTS) == 1, "nor does it open an account"

"""What the tokens and the answer of /token say. [OID-5, contract sections 10.3 and 10.4]

``iss`` is ``{login origin}/{client_id}``, so that it is the address before ``/.well-known``. What
the id_token tells of the person depends on the request: with a ``scope`` it is OpenID Connect's
rule for the code flow, which is nothing (userinfo tells); without one, the vendor's dialect, it is
what the application has registered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from workswith.kernel.ident import b64url

from .account import Account
from .family import Family
from .profile import CLAIMS_OF, Profile, all_claims
from .settings import Settings
from .wanted import Wanted

VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Grant:
    """Everything that an answer is made of; ``now`` is in ms."""

    issuer: str
    client_id: str
    account: Account
    family: Family
    scopes: tuple[str, ...]
    nonce: str | None
    wanted: Wanted
    profile: Profile
    now: int
    jti: str
    settings: Settings

    @property
    def issued_at(self) -> int:
        return self.now // 1000

    @property
    def expires_on(self) -> int:
        return self.issued_at + self.settings.access_token_seconds


def access_token(grant: Grant) -> dict[str, Any]:
    """RFC 9068 section 2.2, and the original's names for the same things.

    ``fid`` and ``cid`` are the token family and the consent, for revocation.
    """
    scope = " ".join(grant.scopes)
    return {
        "iss": grant.issuer,
        "sub": grant.account.id,
        "oid": grant.account.id,
        "aud": grant.settings.resource,
        "exp": grant.expires_on,
        "nbf": grant.issued_at,
        "iat": grant.issued_at,
        "auth_time": grant.family.auth_time // 1000,
        "jti": grant.jti,
        "client_id": grant.client_id,
        "azp": grant.client_id,
        "scope": scope,
        "scp": scope,
        "ver": VERSION,
        "fid": grant.family.id,
        "cid": grant.family.consent_id,
    }


def id_token(grant: Grant) -> dict[str, Any]:
    """OpenID Connect Core section 2."""
    claims = {
        "iss": grant.issuer,
        "sub": grant.account.id,
        "oid": grant.account.id,
        "aud": grant.client_id,
        "exp": grant.expires_on,
        "nbf": grant.issued_at,
        "iat": grant.issued_at,
        "auth_time": grant.family.auth_time // 1000,
        "ver": VERSION,
    }
    if grant.family.session_id:
        claims["sid"] = grant.family.session_id
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    if grant.wanted.acr:
        claims["acr"] = grant.wanted.acr
    if grant.wanted.id_token:
        every = all_claims(grant.account, grant.profile)
        claims |= {name: every[name] for name in grant.wanted.id_token if name in every}
    if grant.family.asked is None:
        if "profile" in grant.scopes:
            claims |= _names(grant.account)
        if "email" in grant.scopes:
            claims["emails"] = [grant.account.email]
    return claims


def userinfo(
    account: Account, profile: Profile, scopes: Iterable[str], wanted: Wanted
) -> dict[str, Any]:
    """OpenID Connect Core sections 5.3 to 5.5."""
    names = {name for scope in scopes for name in CLAIMS_OF.get(scope, ())} | set(wanted.userinfo)
    every = all_claims(account, profile)
    return {"sub": account.id, **{name: every[name] for name in every if name in names}}


def answer(
    grant: Grant, *, access_token: str, id_token: str | None, refresh_token: str
) -> dict[str, Any]:
    """The members in the original's order; every number is a number."""
    lifetime = grant.settings.access_token_seconds
    members: dict[str, Any] = {"access_token": access_token}
    if id_token is not None:
        members["id_token"] = id_token
    members |= {
        "token_type": "Bearer",
        "not_before": grant.issued_at,
        "expires_in": lifetime,
        "expires_on": grant.expires_on,
        "resource": grant.settings.resource,
    }
    if id_token is not None:
        members["id_token_expires_in"] = lifetime
    return members | {
        "profile_info": _profile_info(grant),
        "scope": " ".join(grant.scopes),
        "refresh_token": refresh_token,
        "refresh_token_expires_in": grant.settings.refresh_token_days * 86_400,
    }


def _names(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "given_name": account.first_name,
        "family_name": account.surname,
    }


def _profile_info(grant: Grant) -> str:
    """Base64url JSON; a name only where the application may know it."""
    return b64url(
        msgspec.json.encode(
            {
                "ver": VERSION,
                "tid": grant.settings.tenant,
                "sub": grant.account.id,
                "name": grant.account.name if "profile" in grant.scopes else None,
                "preferred_username": grant.account.email if "email" in grant.scopes else None,
                "idp": None,
            }
        )
    )

"""``/token``: the grant table. [OID-3 OID-4 OID-5 OID-7, RFC 6749 sections 4.1.3 and 6]

A refresh costs one statement in one transaction, one or two signatures, and no Python thread.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, query
from workswith.kernel.ident import Ident

from . import audit, claims, codes, errors, families, pkce, scopes
from .account import account_of
from .application import Application
from .claims import Grant
from .clients import Clients
from .codes import Code
from .errors import OAuthError
from .families import Families, Family, Refused, Rotated
from .keys import SigningKeys
from .settings import Settings

FAMILY_TOPIC = "family"
# An UPDATE, so that a revocation at the same moment waits, and then ends the new family as well.
_CONSENT = query(
    str,
    "UPDATE consent SET last_used_at = :now WHERE id = :consent_id AND revoked_at IS NULL "
    "AND EXISTS (SELECT 1 FROM application WHERE application.client_id = consent.client_id "
    "AND application.deleted_at IS NULL "
    "AND application.scopes_version = consent.scopes_version) RETURNING scopes",
)


@dataclass(frozen=True, slots=True)
class _Issued:
    family: Family
    refresh_token: str
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class _Replayed:
    """A code's second use: what the first one brought has been revoked."""

    family_id: str


class Tokens:
    """Answers authenticated token requests; ``key`` is a secret of the instance."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        broadcast: Broadcast,
        *,
        keys: SigningKeys,
        login_origin: str,
        key: bytes,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._settings = settings
        self._broadcast = broadcast
        self._keys = keys
        self._login_origin = login_origin
        self._families = Families(key, settings)
        self.clients = Clients(database, clock, broadcast)
        self._grants: dict[
            str, Callable[[Mapping[str, str], Application], Awaitable[dict[str, Any]]]
        ] = {"authorization_code": self._by_code, "refresh_token": self._by_refresh_token}

    async def answer(
        self, params: Mapping[str, str], client_id: str, client_secret: str
    ) -> dict[str, Any]:
        """The members of a 200. Raises `OAuthError`."""
        if "grant_type" not in params:
            raise errors.missing("grant_type")
        application = await self.clients.authenticate(client_id, client_secret)
        grant = self._grants.get(params["grant_type"])
        if grant is None:
            raise OAuthError(
                "unsupported_grant_type",
                "The grant_type is not supported",
                hint="authorization_code or refresh_token",
            )
        return await grant(params, application)

    async def revoke(self, token: str, client_id: str, client_secret: str) -> None:
        """RFC 7009: ends the family of a refresh token, or of an access token, of this client.

        Silent about tokens that are not the client's. Raises `OAuthError` for the client.
        """
        application = await self.clients.authenticate(client_id, client_secret)
        family_id = self._family_of(token)
        if family_id is None:
            return

        async def write(tx: Tx) -> bool:
            now = self._clock.now()
            ended = await families.revoke_of_client(tx, family_id, application.client_id, now)
            if ended:
                await audit.note(tx, "token_revoked", now, client_id=application.client_id)
            return ended

        if await self._database.write(write):
            self._broadcast.send(FAMILY_TOPIC, family_id)

    async def _by_code(self, params: Mapping[str, str], application: Application) -> dict[str, Any]:
        if "code" not in params:
            raise errors.missing("code")
        handle = hashlib.sha256(self._ident.secret().encode()).digest()
        issued = await self._database.write(self._exchange, params, application, handle)
        if isinstance(issued, _Replayed):
            self._broadcast.send(FAMILY_TOPIC, issued.family_id)
            raise errors.invalid_grant("The code has been used already")
        return await self._issue(issued, application, params)

    async def _exchange(
        self, tx: Tx, params: Mapping[str, str], application: Application, handle: bytes
    ) -> _Issued | _Replayed:
        now = self._clock.now()
        code = await codes.look(tx, params["code"])
        if code is None or code.client_id != application.client_id:
            raise errors.invalid_grant("The code is not valid")
        family = families.family_id(handle)
        if code.used_at is None:
            self._check_code(code, params, now)
            consented = await tx.one(_CONSENT, consent_id=code.consent_id, now=now)
            if consented is None:
                raise errors.invalid_grant("The user has to consent again at /authorize")
            if await codes.use(tx, code, family, now):
                token = await self._families.start(
                    tx,
                    handle,
                    client_id=code.client_id,
                    account_id=code.account_id,
                    consent_id=code.consent_id,
                    asked=code.asked,
                    auth_time=code.auth_time,
                    now=now,
                )
                return _Issued(
                    Family(
                        family,
                        code.account_id,
                        code.consent_id,
                        code.asked,
                        code.auth_time,
                        consented,
                    ),
                    token,
                    code.nonce,
                )
            code = await codes.look(tx, params["code"]) or code
        if code.family_id:
            await families.revoke(tx, code.family_id, "code used twice", now)
            await audit.note(
                tx, "code_reused", now, account_id=code.account_id, client_id=code.client_id
            )
        return _Replayed(code.family_id or "")

    def _check_code(self, code: Code, params: Mapping[str, str], now: int) -> None:
        """The reply URL may be left out; a different one is refused. [OID-3]"""
        if code.expires_at <= now:
            raise errors.expired_grant(now, code.issued_at, code.expires_at, self._ident.uuid())
        if params.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            raise errors.invalid_grant(
                "The redirect_uri is not the one of the authorization request"
            )
        verifier = params.get("code_verifier")
        if code.challenge and verifier is None:
            raise errors.invalid_grant("The code_verifier is missing")
        if verifier is not None and not code.challenge:
            raise errors.invalid_grant("There was no code_challenge for this code_verifier")
        if verifier is not None and not pkce.proves(verifier, code.challenge):
            raise errors.invalid_grant("The code_verifier does not match the code_challenge")

    async def _by_refresh_token(
        self, params: Mapping[str, str], application: Application
    ) -> dict[str, Any]:
        if "refresh_token" not in params:
            raise errors.missing("refresh_token")
        presented = self._families.read(params["refresh_token"])
        if presented is None:
            raise errors.invalid_grant("The refresh_token is not valid")
        now = self._clock.now()
        wanted = params.get("scope")

        async def rotate(tx: Tx) -> Rotated | Refused:
            rotated = await self._families.rotate(tx, presented, application.client_id, now)
            if isinstance(rotated, Rotated) and wanted is not None:
                _check_subset(wanted, rotated.family)
            return rotated

        rotated = await self._database.write(rotate)
        if isinstance(rotated, Refused):
            raise self._refusal(rotated, now)
        return await self._issue(
            _Issued(rotated.family, rotated.refresh_token), application, params
        )

    def _refusal(self, refused: Refused, now: int) -> OAuthError:
        if refused.fate == "reused":
            self._broadcast.send(FAMILY_TOPIC, refused.family_id)
            return errors.invalid_grant(
                "This refresh_token has been used before. Ask the user to authorize again"
            )
        if refused.fate == "expired":
            return errors.expired_grant(
                now, refused.issued_at, refused.expires_at, self._ident.uuid()
            )
        if refused.fate == "scopes_changed":
            return errors.scopes_changed()
        if refused.fate == "revoked":
            return errors.invalid_grant("The refresh_token has been revoked")
        return errors.invalid_grant("The refresh_token is not valid")

    async def _issue(
        self, issued: _Issued, application: Application, params: Mapping[str, str]
    ) -> dict[str, Any]:
        account = await account_of(self._database, issued.family.account_id)
        if account is None:
            raise errors.invalid_grant("The account has been closed")
        grant = Grant(
            issuer=f"{self._login_origin}/{application.client_id}",
            client_id=application.client_id,
            account=account,
            family=issued.family,
            scopes=_scopes_now(issued.family, params),
            nonce=issued.nonce,
            now=self._clock.now(),
            jti=self._ident.uuid(),
            settings=self._settings,
        )
        key = self._keys.current
        with_id_token = "code" in params or self._settings.id_token_on_refresh
        return claims.answer(
            grant,
            access_token=key.sign("at+jwt", claims.access_token(grant)),
            id_token=key.sign("JWT", claims.id_token(grant)) if with_id_token else None,
            refresh_token=issued.refresh_token,
        )

    def _family_of(self, token: str) -> str | None:
        presented = self._families.read(token)
        if presented:
            return presented.family_id
        found = self._keys.by_header(token.partition(".")[0])
        if found is None or found[1] != "at+jwt":
            return None
        said = found[0].verify(token)
        return str(said["fid"]) if said else None


def _scopes_now(family: Family, params: Mapping[str, str]) -> tuple[str, ...]:
    """Vendor scopes as consented to; identity scopes may be narrowed by a refresh.

    Vendor scopes are never narrowed: libraries send again what was asked for at first, which need
    not name them, and must not lose them by it. The answer's ``scope`` says what there is.
    """
    granted = scopes.granted(family.scopes.split(), family.asked)
    wanted = params.get("scope") if params["grant_type"] == "refresh_token" else None
    return granted if wanted is None else scopes.narrowed(granted, wanted)


def _check_subset(wanted: str, family: Family) -> None:
    """Anything of what was asked for and what was granted. [RFC 6749 section 6]"""
    granted = scopes.granted(family.scopes.split(), family.asked)
    if not set(wanted.split()) <= {*granted, *(family.asked or "").split(), "offline_access"}:
        raise errors.invalid_scope()

"""``grant_type=authorization_code``. [OID-3, RFC 6749 section 4.1.3, RFC 7636 section 4.6]"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, query
from workswith.kernel.ident import Ident

from . import audit, codes, errors, families, pkce, scopes
from . import family as rows
from .application import Application
from .codes import Code
from .families import Families
from .issuing import Issued, Issuer
from .refresh_tokens import family_id

# An UPDATE, so that a revocation at the same moment waits, and then ends the new family as well.
CONSENTED = query(
    str,
    "UPDATE consent SET last_used_at = :now WHERE id = :consent_id AND revoked_at IS NULL "
    "AND EXISTS (SELECT 1 FROM application WHERE application.client_id = consent.client_id "
    "AND application.deleted_at IS NULL "
    "AND application.scopes_version = consent.scopes_version) RETURNING scopes",
)


@dataclass(frozen=True, slots=True)
class _Replayed:
    """A code's second use: what the first one brought has been revoked."""

    family_id: str


class CodeGrant:
    def __init__(  # noqa: PLR0917 - what `Tokens` hands on, in the order of every area
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        broadcast: Broadcast,
        families: Families,
        issuer: Issuer,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._broadcast = broadcast
        self._families = families
        self._issuer = issuer

    async def __call__(self, params: Mapping[str, str], application: Application) -> dict[str, Any]:
        if "code" not in params:
            raise errors.missing("code")
        handle = hashlib.sha256(self._ident.secret().encode()).digest()
        issued = await self._database.write(self._exchange, params, application, handle)
        if isinstance(issued, _Replayed):
            self._broadcast.send(families.TOPIC, issued.family_id)
            raise errors.invalid_grant("The code has been used already")
        return await self._issuer.answer(issued, application)

    async def _exchange(
        self, tx: Tx, params: Mapping[str, str], application: Application, handle: bytes
    ) -> Issued | _Replayed:
        now = self._clock.now()
        code = await codes.look(tx, params["code"])
        if code is None or code.client_id != application.client_id:
            raise errors.invalid_grant("The code is not valid")
        if code.used_at is None:
            self._check(code, params, now)
            if await tx.one(CONSENTED, consent_id=code.consent_id, now=now) is None:
                raise errors.invalid_grant("The user has to consent again at /authorize")
            if await codes.use(tx, code, family_id(handle), now):
                return await self._begin(tx, code, handle, now)
            code = await codes.look(tx, params["code"]) or code
        if code.family_id:
            await rows.revoke(tx, code.family_id, "code used twice", now)
            await audit.note(
                tx, "code_reused", now, account_id=code.account_id, client_id=code.client_id
            )
        return _Replayed(code.family_id or "")

    async def _begin(self, tx: Tx, code: Code, handle: bytes, now: int) -> Issued:
        begun = await self._families.start(
            tx,
            handle,
            client_id=code.client_id,
            account_id=code.account_id,
            consent_id=code.consent_id,
            asked=code.asked,
            auth_time=code.auth_time,
            session_id=code.session_id,
            wanted=code.wanted,
            now=now,
        )
        granted = scopes.granted(begun.family.scopes.split(), code.asked)
        return Issued(begun.family, begun.refresh_token, granted, code.nonce)

    def _check(self, code: Code, params: Mapping[str, str], now: int) -> None:
        """The reply URL may be left out; a different one is refused. [OID-3]"""
        if code.expires_at <= now:
            raise errors.expired_grant(now, code.issued_at, code.expires_at, self._ident.uuid())
        if params.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            raise errors.invalid_grant(
                "The redirect_uri is not the one of the authorization request",
                "It may be left out; when it is sent, it is compared byte for byte.",
            )
        verifier = params.get("code_verifier")
        if code.challenge and verifier is None:
            raise errors.invalid_grant("The code_verifier is missing")
        if verifier is not None and not code.challenge:
            raise errors.invalid_grant("There was no code_challenge for this code_verifier")
        if verifier is not None and not pkce.proves(verifier, code.challenge):
            raise errors.invalid_grant("The code_verifier does not match the code_challenge")

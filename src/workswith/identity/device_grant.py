"""``grant_type=urn:ietf:params:oauth:grant-type:device_code``. [OID-11, RFC 8628 section 3.4]"""

import hashlib
from collections.abc import Mapping
from typing import Any

from workswith.kernel.clock import SECOND, Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident

from . import device_codes, errors, scopes
from .application import Application
from .code_grant import CONSENTED
from .errors import OAuthError
from .families import Families
from .issuing import Issued, Issuer
from .settings import Settings

NAME = "urn:ietf:params:oauth:grant-type:device_code"


class DeviceGrant:
    def __init__(  # noqa: PLR0917 - what `Tokens` hands on, in the order of every area
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        families: Families,
        issuer: Issuer,
        login_origin: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._life = settings.device_code_seconds
        self._families = families
        self._issuer = issuer
        self._page = f"{login_origin}/device"

    async def begin(self, params: Mapping[str, str], application: Application) -> dict[str, Any]:
        """What a device shows (section 3.2)."""
        asked = params.get("scope")
        if not scopes.allowed(application.scopes, asked or ""):
            raise errors.invalid_scope()
        device_code = self._ident.secret()
        now = self._clock.now()
        while True:
            shown = device_codes.user_code(self._ident)
            if await self._database.write(
                device_codes.put,
                device_code,
                shown,
                client_id=application.client_id,
                asked=asked,
                now=now,
                expires_at=now + self._life * SECOND,
            ):
                break
        return {
            "device_code": device_code,
            "user_code": shown,
            "verification_uri": self._page,
            "verification_uri_complete": f"{self._page}?user_code={shown}",
            "expires_in": self._life,
            "interval": device_codes.PAUSE // SECOND,
        }

    async def __call__(self, params: Mapping[str, str], application: Application) -> dict[str, Any]:
        if "device_code" not in params:
            raise errors.missing("device_code")
        handle = hashlib.sha256(self._ident.secret().encode()).digest()
        outcome = await self._database.write(self._redeem, params, application, handle)
        if isinstance(outcome, OAuthError):  # a value, since what was polled is to be kept
            raise outcome
        return await self._issuer.answer(outcome, application)

    async def _redeem(
        self, tx: Tx, params: Mapping[str, str], application: Application, handle: bytes
    ) -> Issued | OAuthError:
        now = self._clock.now()
        grant = await device_codes.of_device(tx, params["device_code"])
        if grant is None or grant.client_id != application.client_id:
            return errors.invalid_grant("The device_code is not valid")
        if (unready := await self._unready(tx, grant, now)) is not None:
            return unready
        if await tx.one(CONSENTED, consent_id=grant.consent_id, now=now) is None:
            return errors.invalid_grant("The user has to consent again")
        if not await device_codes.take(tx, grant):
            return errors.invalid_grant("The device_code has been used already")
        begun = await self._families.start(
            tx,
            handle,
            client_id=grant.client_id,
            account_id=grant.account_id,
            consent_id=grant.consent_id,
            asked=grant.asked,
            auth_time=grant.auth_time,
            session_id=grant.session_id,
            now=now,
        )
        granted = scopes.granted(begun.family.scopes.split(), grant.asked)
        return Issued(begun.family, begun.refresh_token, granted)

    @staticmethod
    async def _unready(tx: Tx, grant: device_codes.DeviceGrant, now: int) -> OAuthError | None:
        """Section 3.5."""
        if grant.expires_at <= now:
            return OAuthError("expired_token", "The device_code has expired. Begin again")
        if grant.state == "denied":
            return errors.denied()
        if grant.state == "allowed":
            return None
        too_soon = grant.polled_at and now - grant.polled_at < grant.pause
        pause = grant.pause + (device_codes.PAUSE if too_soon else 0)
        await device_codes.polled(tx, grant, pause, now)
        if too_soon:
            return errors.slow_down()
        return OAuthError("authorization_pending", "The user has not answered yet")

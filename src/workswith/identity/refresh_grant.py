"""``grant_type=refresh_token``. [OID-4 OID-5 OID-11, RFC 6749 section 6]

One statement in one transaction, one or two signatures, and no thread.
"""

from collections.abc import Mapping
from typing import Any

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import SECOND, Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident, digest

from . import errors, families, scopes
from .application import Application
from .errors import OAuthError
from .families import Families, Policy, Refused, Rotated
from .family import Family
from .issuing import Issued, Issuer
from .repeats import Repeats
from .settings import Settings


class RefreshGrant:
    def __init__(  # noqa: PLR0917 - what `Tokens` hands on, in the order of every area
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        broadcast: Broadcast,
        families: Families,
        issuer: Issuer,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._settings = settings
        self._broadcast = broadcast
        self._families = families
        self._issuer = issuer
        self._repeats = Repeats(settings.refusals_per_minute)

    async def __call__(self, params: Mapping[str, str], application: Application) -> dict[str, Any]:
        if "refresh_token" not in params:
            raise errors.missing("refresh_token")
        now = self._clock.now()
        same_again = digest(f"{application.client_id}\n{params['refresh_token']}")
        wait = self._repeats.wait(same_again, now)
        if wait:
            raise errors.refused_too_often(wait)
        try:
            issued = await self._rotated(params, application, now)
        except OAuthError as error:
            if error.error == "invalid_grant":
                self._repeats.refused(same_again, now)
            raise
        return await self._issuer.answer(issued, application)

    async def _rotated(
        self, params: Mapping[str, str], application: Application, now: int
    ) -> Issued:
        presented = self._families.read(params["refresh_token"])
        if presented is None:
            raise errors.invalid_grant("The refresh_token is not valid")
        wanted, policy = params.get("scope"), self._policy(application)

        async def rotate(tx: Tx) -> Rotated | Refused:
            done = await self._families.rotate(tx, presented, application.client_id, now, policy)
            if isinstance(done, Rotated) and wanted is not None:
                _check_subset(wanted, done.family)
            return done

        done = await self._database.write(rotate)
        if isinstance(done, Refused):
            raise self._refusal(done, now)
        return Issued(
            done.family,
            done.refresh_token,
            _scopes_now(done.family, wanted),
            with_id_token=self._settings.id_token_on_refresh,
        )

    def _policy(self, application: Application) -> Policy:
        retry = application.retry_seconds
        if retry is None:
            retry = self._settings.refresh_retry_seconds
        allowed = self._settings.original_rotation_allowed
        return Policy(application.rotation if allowed else "strict", retry * SECOND)

    def _refusal(self, refused: Refused, now: int) -> OAuthError:
        if refused.fate == "reused":
            self._broadcast.send(families.TOPIC, refused.family_id)
            return errors.invalid_grant(
                "This refresh_token has been used before. Ask the user to authorize again",
                "Keep the refresh_token of each answer and use no earlier one: two copies of the "
                "program, or a restored backup, look like a theft.",
            )
        if refused.fate == "expired":
            return errors.expired_grant(
                now, refused.issued_at, refused.expires_at, self._ident.uuid()
            )
        if refused.fate == "scopes_changed":
            return errors.scopes_changed()
        if refused.fate == "revoked":
            return errors.invalid_grant(
                "The refresh_token has been revoked",
                "The user, the application or a replay has ended this link. Ask for consent again.",
            )
        return errors.invalid_grant("The refresh_token is not valid")


def _scopes_now(family: Family, wanted: str | None) -> tuple[str, ...]:
    """Vendor scopes as consented to; identity scopes may be narrowed by a refresh.

    Vendor scopes are never narrowed: libraries send again what was asked for at first, which need
    not name them, and must not lose them by it. The answer's ``scope`` says what there is.
    """
    granted = scopes.granted(family.scopes.split(), family.asked)
    return granted if wanted is None else scopes.narrowed(granted, wanted)


def _check_subset(wanted: str, family: Family) -> None:
    """Anything of what was asked for and what was granted. [RFC 6749 section 6]"""
    granted = scopes.granted(family.scopes.split(), family.asked)
    if not set(wanted.split()) <= {*granted, *(family.asked or "").split(), "offline_access"}:
        raise errors.invalid_scope()

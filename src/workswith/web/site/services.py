"""Everything that pages may ask for, handed over by the composition root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from workswith.catalog.desk import Desk as CatalogDesk
    from workswith.catalog.quota import Counter
    from workswith.catalog.subscriptions import Subscriptions
    from workswith.contracts.binding import Api
    from workswith.devices.homes import Homes
    from workswith.devices.links import Hands
    from workswith.devices.scenes import Scenes
    from workswith.devices.twin import Twin
    from workswith.identity.accounts import Accounts
    from workswith.identity.applications import Applications
    from workswith.identity.authorize import Authorize
    from workswith.identity.closing import Closing
    from workswith.identity.consents import Consents
    from workswith.identity.federation import Federation
    from workswith.identity.linking import AccountLinks
    from workswith.identity.logout import Logout
    from workswith.identity.own_details import OwnDetails
    from workswith.identity.passkeys import Passkeys
    from workswith.identity.refusals import Refusals
    from workswith.identity.second_factor import SecondFactor
    from workswith.identity.sessions import Sessions
    from workswith.kernel.clock import Clock
    from workswith.kernel.database import Database
    from workswith.kernel.ident import Ident
    from workswith.web.settings import Settings
    from workswith.webhooks.desk import Desk
    from workswith.webhooks.preview import Preview
    from workswith.webhooks.settings import Rules
    from workswith.webhooks.subscriptions import Subscriptions as WebhookSubscriptions
    from workswith.webhooks.tokens import Tokens as WebhookTokens


@dataclass(frozen=True, slots=True)
class Origins:
    """Scheme, host and port of each face, without a trailing slash. They may be equal."""

    portal: str
    login: str
    api: str


def callback_address(portal: str) -> str:
    """The reply URL of the portal's own application, for Try it."""
    return f"{portal}/console/callback"


class ErrorRow(Protocol):
    """``message`` is what an error's body says, ``meaning`` and ``hint`` are for people."""

    @property
    def status(self) -> int: ...
    @property
    def message(self) -> str: ...
    @property
    def meaning(self) -> str: ...
    @property
    def hint(self) -> str: ...


class ConsoleClient(Protocol):
    """An application whose reply URL is ``{portal}/console/callback``."""

    @property
    def client_id(self) -> str: ...

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str:
        """An access token for an authorization code. Raises `Problem`."""


class Testing(Protocol):
    """What a sandbox offers to test clients with: `sandbox.faults.control.Testing`.

    All of it in words and plain values, as the control interface has them. Raises ``ValueError``
    for what makes no sense, a `Mistake` where it is one field that makes none.
    """

    def listed(self) -> list[dict[str, Any]]: ...
    def kinds(self) -> list[dict[str, Any]]: ...
    def packs(self) -> list[dict[str, Any]]: ...
    def switches(self) -> list[dict[str, Any]]: ...
    def report(self, client_id: str = "") -> dict[str, Any]: ...
    def clock(self) -> dict[str, Any]: ...
    async def choices(self) -> dict[str, Any]: ...
    async def cause(self, asked: Mapping[str, Any]) -> dict[str, Any]: ...
    async def clear(self, id_: int | None = None, *, kind: str = "") -> int: ...
    async def play(self, name: str) -> dict[str, Any]: ...
    async def choose(self, wanted: Mapping[str, object]) -> None: ...
    async def forget(self) -> None: ...
    async def pace(self, rate: float) -> None: ...
    async def let_pass(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Pages reach the areas through these and nothing else."""

    settings: Settings
    origins: Origins
    key: bytes
    """32 random bytes of this installation; signs cookies and forms."""
    database: Database
    clock: Clock
    ident: Ident
    accounts: Accounts
    sessions: Sessions
    applications: Applications
    consents: Consents
    own_details: OwnDetails
    second_factor: SecondFactor
    passkeys: Passkeys
    closing: Closing
    links: AccountLinks
    authorize: Authorize
    subscriptions: Subscriptions
    catalog_desk: CatalogDesk
    counter: Counter
    apis: tuple[Api, ...]
    twin: Twin
    park: Hands
    scenes: Scenes
    homes: Homes
    webhook_subscriptions: WebhookSubscriptions
    webhook_rules: Rules | None = None
    """The delivery policy, for pages that show where an endpoint stands; the usual one if none."""
    logout: Logout | None = None
    """Logout that applications start; without it there is no such page."""
    refusals: Refusals | None = None
    """What programs were refused, for their owners."""
    webhook_desk: Desk | None = None
    """What developers do about their endpoints; without it they only look."""
    webhook_tokens: WebhookTokens | None = None
    """By which developers' programs look after notifications; without them there is no such page."""
    preview: Preview | None = None
    """What notifications a call has caused; without it Try it does not show them."""
    errors: Sequence[ErrorRow] = ()
    """The rows of the gateway's error table."""
    federation: Federation | None = None
    """The company's own sign-in; ``None`` where none is configured. [ACC-3]"""
    console: ConsoleClient | None = None
    """The portal's own application, for Try it; without it a token has to be pasted."""
    quota_anchor_minutes: int = 0
    """When the quota's day begins, after 00:00 UTC."""
    sandbox: bool = False
    testing: Testing | None = None
    """Where clients can be tested; elsewhere there are no such pages."""

    @property
    def secure(self) -> bool:
        """Whether cookies travel over https only."""
        return self.origins.portal.startswith("https://")

"""What a sandbox has to test clients with: faults, switches, coverage, wired to its areas. [SBX-3]"""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from workswith.apis import deviations as of_apis
from workswith.contracts.binding import Answer, Api
from workswith.devices.hand import App as OfficialApp
from workswith.devices.hand import Hand
from workswith.gateway import statuses
from workswith.identity.application import ApplicationForm
from workswith.kernel.tasks import Supervisor, Work
from workswith.sandbox import deviations as of_sandbox
from workswith.sandbox.clock import advance, remember
from workswith.sandbox.coverage import Coverage
from workswith.sandbox.deviations import Deviations
from workswith.sandbox.faults.calls import CallDoor
from workswith.sandbox.faults.control import Testing
from workswith.sandbox.faults.engine import Faults
from workswith.sandbox.faults.notifications import NotificationDoor
from workswith.sandbox.faults.states import States
from workswith.sandbox.faults.tokens import TokenDoor
from workswith.sandbox.seed import Seed
from workswith.webhooks.sent import Sent

from .areas import Areas
from .kernel import Kernel
from .routing import Asgi, Owner
from .seams import Seams

TOGGLED_SCOPE = "audiovideoterminal.read"
"""What an incident takes from the sample application or gives back: nothing that thermostats need."""


class Bench:
    """Made before the areas, which it stands between; `connect` once they are built."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._areas: Areas | None = None
        database, clock = kernel.database, kernel.clock
        self.faults = Faults(database, clock, kernel.bells, statuses.TABLE)
        self.coverage = Coverage(database, clock, self._apis, statuses.TABLE)
        self.deviations = Deviations(
            database, (*of_apis.TABLE, *of_sandbox.OWN), self._use_in_gateway
        )
        anchor = kernel.settings.catalog.quota_anchor_minutes
        self._calls = CallDoor(self.faults, clock, statuses.TABLE, self._deviate_answer, anchor)
        notified = NotificationDoor(
            self.faults, database, self._deviate_notification, self._attempted
        )
        self.seams = Seams(
            apis=lambda apis: tuple(self._calls.before(api) for api in apis),
            notifications=notified.before_fan_out,
            posts=notified.before_sender,
            on_call=self.coverage.call,
        )
        self.works: tuple[Work, ...] = (self.faults, self.coverage)

    async def connect(self, areas: Areas, planted: Seed, supervisor: Supervisor) -> Testing:
        """Goes on with what was kept. To be awaited before anybody calls."""
        self._areas = areas
        kernel = self._kernel
        states = States(
            kernel.database,
            Hand(areas.devices.park),
            OfficialApp(kernel.database, kernel.clock),
        )
        operations = (one.id for api in areas.apis for one in api.document.operations)
        self.faults.reach(states, operations)
        await self.faults.load()
        await self.deviations.load()
        await self.coverage.load()
        stage = Stage(areas, planted, supervisor, self.faults)
        return Testing(self.faults, self.deviations, self.coverage, stage)

    async def close(self) -> None:
        """Keeps what was counted; before the database closes."""
        await self.faults.close()
        await self.coverage.close()

    def gateway(self, gateway: Owner) -> Owner:
        """The gateway as the network meets it."""
        return self._calls.around(gateway)

    def login(self, login: Asgi) -> Asgi:
        """The login service as programs meet it."""
        return TokenDoor(
            login,
            self.faults,
            self._kernel.clock,
            self._kernel.ident.branch("faults"),
            deviate=self.deviations.tokens,
            answered=self.coverage.token,
        )

    def _apis(self) -> tuple[Api, ...]:
        return self._areas.apis if self._areas else ()

    def _deviate_answer(self, api: str, operation: str, answer: Answer) -> Answer:
        chosen = self.deviations.chosen
        return of_apis.answer(api, operation, answer, chosen) if chosen else answer

    def _deviate_notification(self, api: str, body: bytes) -> bytes:
        chosen = self.deviations.chosen
        return of_apis.notification(api, body, chosen) if chosen else body

    def _attempted(self, client_id: str, sent: Sent) -> None:
        self.coverage.attempt(client_id, sent.status, sent.error)

    def _use_in_gateway(self, chosen: Mapping[str, str]) -> None:
        settings = self._kernel.settings.gateway
        if self._areas is not None:
            if "quota-status" in chosen:
                settings = msgspec.structs.replace(settings, quota_status=429)
            if "token-error" in chosen:
                settings = msgspec.structs.replace(settings, token_error_shape=2)
            self._areas.gateway.use(settings)


class Stage:
    """What incidents act upon: `sandbox.faults.packs.Stage`."""

    def __init__(self, areas: Areas, planted: Seed, supervisor: Supervisor, faults: Faults) -> None:
        self._areas = areas
        self._planted = planted
        self._supervisor = supervisor
        self.faults = faults

    def now(self) -> int:
        return self._areas.kernel.clock.now()

    def rate(self) -> float:
        return self._areas.kernel.clock.rate

    async def pace(self, rate: float) -> None:
        kernel = self._areas.kernel
        kernel.clock.run_at(rate)
        await remember(kernel.database, kernel.clock.state)

    async def advance(self, to: int) -> None:
        kernel = self._areas.kernel
        await advance(kernel.database, kernel.clock, self._supervisor, to)

    async def roll_key(self) -> None:
        await self._areas.identity.keys.rotate()

    async def change_scopes(self) -> None:
        applications = self._areas.identity.applications
        owner = self._planted.people["developer"].id
        held = await applications.one(owner, self._planted.client_id)
        names = ApplicationForm.__dataclass_fields__
        form = ApplicationForm(
            **{name: getattr(held, name) for name in names if hasattr(held, name)}
        )
        toggled = {TOGGLED_SCOPE} ^ set(held.scopes)
        await applications.update(
            owner, held.client_id, replace(form, scopes=tuple(toggled), logo=None)
        )

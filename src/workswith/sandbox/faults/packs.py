"""Incidents by name: short scripts of faults, of time that passes, and of what people do. [SBX-3]

Some only set the scene, so that a client meets it; others also let it pass. Each step says what it
does, and is said again when it is done.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from workswith.kernel.clock import DAY, HOUR, MINUTE, iso
from workswith.kernel.problem import Kind as Trouble
from workswith.kernel.problem import Problem
from workswith.kernel.words import N_

from .engine import Faults
from .fault import Asked

ZONE = "Europe/Rome"
"""Where the homes of a sandbox stand."""
SATURDAY = 5


class Stage(Protocol):
    """What a pack acts upon."""

    @property
    def faults(self) -> Faults: ...
    def now(self) -> int: ...
    def rate(self) -> float: ...
    async def pace(self, rate: float) -> None: ...
    async def advance(self, to: int) -> None:
        """Returns when everything that is due until then is done."""

    async def roll_key(self) -> None:
        """Another key signs from now on."""

    async def change_scopes(self) -> None:
        """The developer adds a scope to the application, or takes it away again."""


@dataclass(frozen=True, slots=True)
class Step:
    """``moves``: the clock."""

    text: str
    act: Callable[[Stage], Awaitable[None]]
    moves: bool = False


@dataclass(frozen=True, slots=True)
class Pack:
    """An incident."""

    name: str
    what: str
    steps: tuple[Step, ...]

    @property
    def moves(self) -> bool:
        """Whether the clock is another one afterwards."""
        return any(step.moves for step in self.steps)


def _fault(text: str, **asked: object) -> Step:
    async def act(stage: Stage) -> None:
        await stage.faults.add(msgspec.convert(asked, Asked))

    return Step(text, act)


def _pass(text: str, span: int) -> Step:
    async def act(stage: Stage) -> None:
        await stage.advance(stage.now() + span)

    return Step(text, act, moves=True)


def _until(text: str, instant: Callable[[int], int]) -> Step:
    async def act(stage: Stage) -> None:
        await stage.advance(max(stage.now(), instant(stage.now())))

    return Step(text, act, moves=True)


def _weekend(now: int) -> int:
    """The next Saturday, 00:00 UTC."""
    days = (SATURDAY - datetime.fromtimestamp(now / 1000, UTC).weekday()) % 7 or 7
    return (now // DAY + days) * DAY


def next_change_of_time(now: int, zone: str = ZONE) -> int:
    """The instant at which clocks are put forward or back next, to the minute."""
    place = ZoneInfo(zone)

    def offset(at: int) -> timedelta | None:
        return datetime.fromtimestamp(at / 1000, place).utcoffset()

    before = now // MINUTE * MINUTE
    while offset(before + DAY) == offset(now):
        before += DAY
    after = before + DAY
    while after - before > MINUTE:
        middle = (before + after) // 2 // MINUTE * MINUTE
        before, after = (middle, after) if offset(middle) == offset(now) else (before, middle)
    return after


async def _roll(stage: Stage) -> None:
    await stage.roll_key()


async def _change_scopes(stage: Stage) -> None:
    await stage.change_scopes()


async def _spend(stage: Stage) -> None:
    until = iso((stage.now() // DAY + 1) * DAY)
    await stage.faults.add(Asked("403-exhausted", until=until))


async def _all_well(stage: Stage) -> None:
    await stage.faults.clear()


PACKS: tuple[Pack, ...] = (
    Pack(
        "weekend-without-notifications",
        N_("No notification goes out from Saturday to Monday; whoever only listens misses it all."),
        (
            _until(N_("The clock moves to the next Saturday, 00:00 UTC."), _weekend),
            _fault(N_("Notifications stop for two days."), kind="c2c-outage", **{"for": "48h"}),
            _pass(N_("The weekend passes."), 2 * DAY),
        ),
    ),
    Pack(
        "burst-429",
        N_("The next ten calls are too many: 429 with Retry-After."),
        (_fault(N_("Ten calls are answered 429."), kind="429", times=10, seconds=57),),
    ),
    Pack(
        "forced-reconsent",
        N_("The application's scopes change: no refresh works until the user has consented again."),
        (Step(N_("The scopes of the sample application change."), _change_scopes),),
    ),
    Pack(
        "key-roll",
        N_("Another key signs tokens; whoever keeps the old key set cannot read them."),
        (Step(N_("The signing keys are rotated."), _roll),),
    ),
    Pack(
        "day-91",
        N_("Nobody has refreshed for 91 days: every refresh token has expired."),
        (_pass(N_("91 days pass."), 91 * DAY),),
    ),
    Pack(
        "daylight-saving-night",
        N_("The night in which clocks are changed, in Italy: an hour is missing or comes twice."),
        (
            _until(
                N_("The clock moves to two hours before the change."),
                lambda now: next_change_of_time(now) - 2 * HOUR,
            ),
            _pass(N_("The first hour passes."), HOUR),
            _pass(N_("The hour of the change passes."), HOUR + 30 * MINUTE),
        ),
    ),
    Pack(
        "api-outage",
        N_("For an hour nine calls of ten fail or hang; notifications go on."),
        (
            _fault(
                N_("Most calls are answered 500."),
                kind="500-internal", probability=0.7, seed=1, **{"for": "1h"},
            ),
            _fault(
                N_("Some take ten seconds."),
                kind="latency", ms=10_000, probability=0.2, seed=2, **{"for": "1h"},
            ),
        ),
    ),
    Pack(
        "home-offline",
        N_("The router of every home is off for six hours: 404 Gateway Offline, and silence."),
        (
            _fault(N_("All gateways go offline."), kind="gateway-offline", **{"for": "6h"}),
            _pass(N_("Five hours pass."), 5 * HOUR),
        ),
    ),
    Pack(
        "webhook-ban",
        N_("Every endpoint fails for two hours, is banned, and recovers."),
        (
            _fault(N_("Endpoints answer 500."), kind="endpoint-fails", **{"for": "2h"}),
            _pass(N_("Two hours pass."), 2 * HOUR),
            _pass(N_("The longest ban passes."), 20 * MINUTE),
        ),
    ),
    Pack(
        "login-down",
        N_("The login service is not available for half an hour; no token can be refreshed."),
        (
            _fault(
                N_("Token requests are answered 503."), kind="token-unavailable", **{"for": "30m"}
            ),
        ),
    ),
    Pack(
        "lost-rotation",
        N_("The next refresh succeeds, but its answer gets lost on the way."),
        (
            _fault(
                N_("The next answer of /token is lost."),
                kind="token-reset", times=1, after=True, operation="token/refresh_token",
            ),
        ),
    ),
    Pack(
        "expired-password",
        N_("The users' password of the official app has expired: 469 until they renew it."),
        (_fault(N_("The passwords expire."), kind="password-expired"),),
    ),
    Pack(
        "quota-spent",
        N_("The quota of the day is spent at once; it comes back at midnight UTC."),
        (
            Step(
                N_("Calls are answered as beyond the quota until midnight."),
                _spend,
            ),
        ),
    ),
    Pack(
        "all-well",
        N_("Everything that was caused is cleared."),
        (Step(N_("All faults are cleared."), _all_well),),
    ),
)  # fmt: skip


def find(name: str) -> Pack:
    """Raises `Problem`."""
    for pack in PACKS:
        if pack.name == name:
            return pack
    raise Problem(
        Trouble.UNKNOWN,
        "pack_unknown",
        f"There is no pack {name[:60]!r}; there are: {', '.join(one.name for one in PACKS)}.",
    )


async def play(pack: Pack, stage: Stage) -> None:
    """All its steps, one after the other."""
    for step in pack.steps:
        await step.act(stage)

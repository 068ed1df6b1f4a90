"""What never changes of many rooms, in columns: a row for each device of a `fleet`.

Whatever takes an exponential, a sine or a solved network is computed here for one room at a time, by
the very functions of the scalar path; so columns hold the same bits.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from workswith.devices.physics.glass import Glazing, curve

from .household import day_of
from .indoors import BRIGHT, drift, let_in
from .room import House, fabric
from .weather import SLOT, Climate, falling, weather

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

PANES = 4
"""Directions that windows of one room may have; a room with more lives by itself."""
_NOWHERE = 0
"""The window that lets nothing in: of rooms with fewer than `PANES`."""


class Fixed(NamedTuple):
    """Columns of numbers, in the order of `_numbers`; the names are those of `room` and `House`."""

    glazed: Floats
    outside: Floats
    inertia: Floats
    surface: Floats
    mass: Floats
    emitter: Floats
    sensor: Floats
    convective: Floats
    heater: Floats
    cooler: Floats
    floor: Floats
    opaque: Floats
    unshaded: Floats
    people: Floats
    bright: Floats
    shares: tuple[Floats, ...]
    shut: "Air"
    opened: "Air"


class Air(NamedTuple):
    """What depends on the windows."""

    ventilation: Floats
    air0: Floats
    air1: Floats
    air2: Floats
    inner0: Floats
    inner1: Floats
    inner2: Floats
    moist: Floats
    water: Floats


_PLAIN = len(Fixed._fields) - 3
_SHUT = _PLAIN + PANES
_OPENED = _SHUT + len(Air._fields)
_WIDTH = _OPENED + len(Air._fields)


class Today(NamedTuple):
    """What people do on a local day, minutes of it, and by how many K sensors are off."""

    rise: Ints
    leave: Ints
    back: Ints
    stay: Floats
    airing0: Ints
    airing1: Ints
    drift: Floats


class Built(Protocol):
    @property
    def house(self) -> House: ...

    @property
    def climate(self) -> Climate: ...


class Housed(Protocol):
    """The body of whatever heats a room."""

    @property
    def model(self) -> Built: ...

    @property
    def zone(self) -> ZoneInfo: ...


class Columns:
    """Grows by doubling; rows of those that left are given again."""

    def __init__(self) -> None:
        self._numbers = np.zeros((64, _WIDTH))
        self.places = np.zeros(64, np.int64)
        self.panes = np.zeros((64, PANES), np.int64)
        self._days = np.full((64, 2), -1, np.int64)
        self._habits = np.zeros((64, len(Today._fields)))
        self._houses: list[tuple[House, int] | None] = []
        self._free: list[int] = []
        self._skies: dict[tuple[Climate, ZoneInfo], int] = {}
        self._windows: dict[tuple[int, float, Glazing | None], int] = {(0, 0.0, None): _NOWHERE}

    def enrol(self, body: Housed) -> int | None:
        """Its row; ``None`` for a room that the columns cannot hold."""
        house, climate = body.model.house, body.model.climate
        if len(house.panes) > PANES:
            return None
        row = self._free.pop() if self._free else self._another()
        sky = self._skies.setdefault((Climate(climate.place), body.zone), len(self._skies))
        seen = [
            self._windows.setdefault((sky, azimuth, house.glazing), len(self._windows))
            for azimuth, _ in house.panes
        ]
        self._houses[row] = house, climate.seed
        self._numbers[row] = _row(house)
        self.places[row] = sky
        self.panes[row] = [*seen, *[_NOWHERE] * (PANES - len(seen))]
        self._days[row] = -1
        return row

    def leave(self, row: int) -> None:
        self._houses[row] = None
        self._free.append(row)

    def fixed(self, rows: Ints) -> Fixed:
        numbers = np.ascontiguousarray(self._numbers[rows].T)
        shut, opened = Air(*numbers[_SHUT:_OPENED]), Air(*numbers[_OPENED:])
        plain: list[Any] = [*numbers[:_PLAIN], tuple(numbers[_PLAIN:_SHUT]), shut, opened]
        return Fixed(*plain)

    def today(self, rows: Ints, local: Ints, workdays: Bools, day: int) -> Today:
        """Of the local days with these ordinals; ``day`` is the sensors', counted in UTC."""
        days = self._days[rows]
        for place in np.flatnonzero((days[:, 0] != local) | (days[:, 1] != day)).tolist():
            self._live_on(int(rows[place]), int(local[place]), bool(workdays[place]), day)
        habits = np.ascontiguousarray(self._habits[rows].T)
        whole = habits.astype(np.int64)
        return Today(whole[0], whole[1], whole[2], habits[3], whole[4], whole[5], habits[6])

    def skies_of(self, places: Sequence[int], slot: int) -> list["Sky"]:
        """Over some places, by the numbers that rows have for them."""
        known = list(self._skies)
        return [_sky(*known[place], slot) for place in places]

    def sunlight(self, windows: Sequence[int], slot: int) -> list[float]:
        """W for each m² of some windows, by the numbers that rows have for them."""
        skies, known = list(self._skies), list(self._windows)
        found = []
        for window in windows:
            sky, azimuth, glazing = known[window]
            found.append(0.0 if glazing is None else _sunlight(*skies[sky], slot, azimuth, glazing))
        return found

    def _live_on(self, row: int, local: int, workday: bool, day: int) -> None:  # noqa: FBT001 - of a table
        enrolled = self._houses[row]
        assert enrolled is not None  # noqa: S101 - only rows that were enrolled are asked for
        house, seed = enrolled
        known, habits = self._days[row], self._habits[row]
        if known[0] != local:
            plan = day_of(seed, local, workday)
            habits[:4] = plan.rise, plan.leave, plan.back, plan.stay
            habits[4:6] = [*plan.airings, -1, -1][:2]
        if known[1] != day:
            habits[6] = drift(house, day)
        self._days[row] = local, day

    def _another(self) -> int:
        row = len(self._houses)
        self._houses.append(None)
        if row >= len(self._numbers):
            self._numbers = _doubled(self._numbers)
            self.places, self.panes = _doubled(self.places), _doubled(self.panes)
            self._days, self._habits = _doubled(self._days), _doubled(self._habits)
        return row


class Sky(NamedTuple):
    """Over a place in one slot: `weather.Weather`'s figures, and the local day and minute."""

    air: float
    water: float
    walls: float
    day: int
    workday: bool
    minute: int


def _sky(climate: Climate, zone: ZoneInfo, slot: int) -> Sky:
    at = slot * SLOT
    now, local = weather(climate, zone, at), datetime.fromtimestamp(at / 1000, zone)
    minute = local.hour * 60 + local.minute
    return Sky(now.air, now.water, now.walls, local.toordinal(), local.weekday() < 5, minute)


def _sunlight(
    climate: Climate, zone: ZoneInfo, slot: int, azimuth: float, glazing: Glazing
) -> float:
    """W for each m² of window."""
    at = slot * SLOT
    now = weather(climate, zone, at)
    if not (now.normal or now.diffuse):
        return 0.0
    return let_in(curve(glazing), falling(climate, zone, at, azimuth))


def _row(house: House) -> tuple[float, ...]:
    of = fabric(house)
    shares = [share for _, share in house.panes]
    glass = house.floor * sum(shares)
    numbers = [of.glazed, of.outside, of.inertia, of.surface, of.mass, of.emitter, of.sensor]
    numbers += [house.convective, house.heater, -house.cooler, house.floor, house.opaque]
    numbers += [house.unshaded, house.people, BRIGHT * glass]
    numbers += [*shares, *[0.0] * (PANES - len(shares))]
    for air in (of.shut, of.opened):
        numbers += [air.ventilation, *air.air, *air.inner, air.moist, air.water]
    return tuple(numbers)


def _doubled(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate((column, np.zeros_like(column)))


def kept(of: object, those: Bools) -> None:
    """Lets an object's arrays, also those in its tuples, hold some places only."""
    for name, value in vars(of).items():
        setattr(of, name, _kept(value, those))


def _kept(value: Any, those: Bools) -> Any:
    if isinstance(value, np.ndarray):
        return value[those]
    if isinstance(value, tuple):
        columns = (_kept(each, those) for each in value)
        return type(value)(*columns) if hasattr(value, "_fields") else tuple(columns)
    return value

"""Many rooms, a minute of all of them at a time: `room`, `indoors` and `household` in columns.

Every sum has the terms of the scalar one in the same order, so that it has the same bits.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workswith.devices.physics.moisture import PRESSURE, relative, saturation
from workswith.kernel.clock import DAY, MINUTE

from .columns import Air, Bools, Columns, Floats, Ints, Today, kept
from .household import BED, DINNER, LUNCH, SHOWER
from .indoors import BITTER, BODY_HEAT, BODY_WATER, CHILLY, COOL, MILD, THINGS, WARM
from .room import SHADE, Room
from .weather import SLOT

SLOT_MINUTES = SLOT // MINUTE
_DAY_MINUTES = DAY // MINUTE
_SAFE = 1 - 1e-9
"""An exponential of arrays differs from that of one number in its last digits only."""


class Rooms:
    """They have lived through the same minute. Temperatures in °C, as in `room.Room`."""

    def __init__(self, columns: Columns, rows: Ints, rooms: Sequence[Room]) -> None:
        self._columns = columns
        self._rows = rows
        self._fixed = columns.fixed(rows)
        self._places, self._panes = columns.places[rows], columns.panes[rows]
        numbers = np.array([room[:5] for room in rooms], np.float64)
        self.air, self.mass, self.emitter, self.sensor, self.water = np.ascontiguousarray(numbers.T)
        self.opened = np.array([room.opened for room in rooms], np.bool_)
        self.shaded = np.array([room.shaded for room in rooms], np.bool_)
        fixed = self._fixed
        self.heater, self.cooler = fixed.heater, fixed.cooler
        self._drift = np.zeros_like(self.air)
        self._windows = fixed.shut
        self._now: _Slot | None = None

    def pass_minute(self, minute: int, power: Floats, heating: Bools) -> None:
        """Up to ``minute``, with ``power`` W sent to the emitters."""
        now = self._now
        if now is None or minute % SLOT_MINUTES == 0:
            now = self._look_around(minute, heating)
        fixed, windows = self._fixed, self._windows
        emitter = power + (self.emitter - power) * fixed.emitter
        share = np.where(emitter > 0, fixed.convective, 1.0)
        radiant = now.radiant + (1 - share) * emitter
        to_air = now.to_air + share * emitter
        to_surface = now.to_surface + fixed.surface * radiant
        to_mass = now.to_mass + fixed.mass * radiant + fixed.inertia * self.mass
        air = windows.air0 * to_air + windows.air1 * to_surface + windows.air2 * to_mass
        inner = windows.inner0 * to_air + windows.inner1 * to_surface + windows.inner2 * to_mass
        water = now.moist + (self.water - now.moist) * windows.water
        if water.max() > _SAFE * saturation(float(air.min())):
            _condense(water, air)
        self.sensor = air + (self.sensor - air) * fixed.sensor
        self.air, self.emitter, self.water = air, emitter, water
        self.mass = 2 * inner - self.mass

    def sensed(self) -> Floats:
        """°C. (`indoors.sensed`)"""
        sensed: Floats = self.sensor + self._drift
        return sensed

    def measured(self) -> Ints:
        """Tenths of a degree. (`indoors.measured`)"""
        tenths: Ints = np.rint(self.sensed() * 10).astype(np.int64)
        return tenths

    def humidity(self, places: Ints) -> list[int]:
        """Tenths of a percent, of some. (`room.humidity`)"""
        water, sensor = self.water[places].tolist(), self.sensor[places].tolist()
        return [round(relative(w, s) * 10) for w, s in zip(water, sensor, strict=True)]

    def taken(self, places: Ints) -> list[Room]:
        """Some as they are."""
        columns = (self.air, self.mass, self.emitter, self.sensor, self.water, self.opened)
        return [
            Room(*each)
            for each in zip(*(c[places].tolist() for c in (*columns, self.shaded)), strict=True)
        ]

    def keep(self, those: Bools) -> None:
        """Forgets all others."""
        kept(self, those)

    def _look_around(self, minute: int, heating: Bools) -> "_Slot":
        """What acts on the rooms in these ten minutes; at their first, people act."""
        fixed, slot = self._fixed, minute // SLOT_MINUTES
        kinds, of = np.unique(self._places, return_inverse=True)
        skies = self._columns.skies_of(kinds.tolist(), slot)
        outside, wet, walls = (np.array([sky[n] for sky in skies])[of] for n in range(3))
        local, workday, clock = (np.array([sky[n] for sky in skies])[of] for n in range(3, 6))
        today = self._columns.today(self._rows, local, workday, minute // _DAY_MINUTES)
        self._drift = today.drift
        present = np.where((today.leave <= clock) & (clock < today.back), today.stay, 1.0)
        awake = (today.rise <= clock) & (clock < BED) & (present > 0)
        sun = self._sun(slot) * fixed.unshaded * fixed.floor
        bodies = fixed.people * present
        inner = BODY_HEAT * bodies + np.where(awake, THINGS[1], THINGS[0]) * fixed.floor
        used = np.where(awake, _water_used(today, clock), 0.0)
        wetted = BODY_WATER * bodies + used * fixed.people / 2
        if minute % SLOT_MINUTES == 0:
            tens = clock - clock % 10
            airing = (tens == today.airing0) | (tens == today.airing1)
            self._tend(heating, _People(present, awake, airing), outside, sun)
        windows = self._windows = Air(
            *(np.where(self.opened, o, s) for o, s in zip(fixed.opened, fixed.shut, strict=True))
        )
        lit = np.where(self.shaded, sun * SHADE, sun)
        self._now = now = _Slot(
            0.5 * inner + lit + walls * fixed.opaque * fixed.floor,
            windows.ventilation * outside + 0.5 * inner,
            fixed.glazed * outside,
            fixed.outside * outside,
            wet + windows.moist * wetted,
        )
        return now

    def _tend(
        self,
        heating: Bools,
        people: "_People",
        outside: Floats,
        sun: Floats,
    ) -> None:
        """People open and shut windows, and move blinds. (`indoors.Indoors`)"""
        asleep = self.opened & (people.present > 0) & (outside > MILD)
        warm = self.air > np.where(self.opened, COOL, WARM)
        fresh = heating & (outside < self.air - 1) & warm
        aired = people.airing & (self.air > CHILLY) & (outside > BITTER)
        shaded = (sun > self._fixed.bright) & (self.air > np.where(self.shaded, COOL, WARM))
        self.opened = np.where(people.awake, aired | fresh, asleep)
        self.shaded = np.where(people.awake, shaded, self.shaded)

    def _sun(self, slot: int) -> Floats:
        """W through the windows, for each m² of floor."""
        kinds, of = np.unique(self._panes, return_inverse=True)
        let = np.array(self._columns.sunlight(kinds.tolist(), slot))[of.reshape(self._panes.shape)]
        total = np.zeros(len(let))
        for place, share in enumerate(self._fixed.shares):
            total = total + share * let[:, place]
        return total


class _People(NamedTuple):
    """`household.Household` in columns."""

    present: Floats
    awake: Bools
    airing: Bools


class _Slot(NamedTuple):
    """What of a minute's sums stays the same for ten of them."""

    radiant: Floats
    to_air: Floats
    to_surface: Floats
    to_mass: Floats
    moist: Floats


def _condense(water: Floats, air: Floats) -> None:
    """Air holds no more water than it can."""
    vapour = 611.2 * np.exp(17.62 * air / (243.12 + air))
    for place in np.flatnonzero(water > _SAFE * (0.622 * vapour / (PRESSURE - vapour))).tolist():
        water[place] = min(float(water[place]), saturation(float(air[place])))


def _water_used(today: Today, clock: Ints) -> Floats:
    """Kg an hour. (`household`)"""
    evening = np.where((DINNER[0] <= clock) & (clock < DINNER[1]), DINNER[2], 0.0)
    used = np.where((LUNCH[0] <= clock) & (clock < LUNCH[1]), LUNCH[2], evening)
    shower = (today.rise <= clock) & (clock < today.rise + SHOWER[0])
    return np.where(shower, SHOWER[1], used)

"""Many relays, moved at once: `relay` in columns. Times are milliseconds, temperatures tenths."""

from collections.abc import Sequence

import numpy as np

from workswith.devices.thermostat import Function, Manner, Mode
from workswith.kernel.clock import MINUTE

from . import relay
from .anatomy import Body, State
from .columns import Bools, Ints, kept
from .relay import Duty


class Relays:
    """Those of thermostats whose aims stay as they are."""

    def __init__(
        self, bodies: Sequence[Body], states: Sequence[State], set_points: Sequence[int]
    ) -> None:
        regulations = [one.configuration.regulation for one in bodies]
        modes = [one.plan.mode for one in states]
        self._regulations = np.array(regulations, np.object_)
        self.heating = np.array([one.function is Function.HEATING for one in states], np.bool_)
        self.closed = np.array([one.closed for one in states], np.bool_)
        self.since = np.array([one.closed_since for one in states], np.int64)
        self.duty = np.array([one.duty for one in states], np.int64)
        """Rows of `relay.Duty`."""
        self._set_point = np.array(set_points, np.int64)
        self._off = np.array([mode is Mode.OFF for mode in modes], np.bool_)
        self._boost = np.array([mode is Mode.BOOST for mode in modes], np.bool_)
        self._shared = np.array([one.manner is Manner.PROPORTIONAL for one in regulations])
        self._hysteresis = np.array([one.hysteresis for one in regulations], np.int64)
        self._cycle = np.array([one.cycle * MINUTE for one in regulations], np.int64)
        self._least_on = np.array([one.least_on * MINUTE for one in regulations], np.int64)
        self._least_off = np.array([one.least_off * MINUTE for one in regulations], np.int64)

    def move(self, now: Ints, measured: Ints) -> None:
        """At ``now``, a minute of each; nobody told them anything."""
        aim = self._set_point - measured
        lack = np.where(self.heating, aim, -aim)
        want = np.where(self.closed, lack > -self._hysteresis, lack >= self._hysteresis)
        if self._shared.any():
            self._share(now, lack)
            want = np.where(self._shared, now < self.duty[:, 1], want)
        if self._boost.any():
            hot, cold = relay.BOOST_LIMITS
            want = np.where(
                self._boost, np.where(self.heating, measured < hot, measured > cold), want
            )
        want &= ~self._off
        rested = now - self.since
        moved = (want & ~self.closed & (rested >= self._least_off)) | (
            self.closed & ~want & (rested >= self._least_on)
        )
        self.closed = self.closed ^ moved
        self.since = np.where(moved, now, self.since)

    def turn(self, place: int, state: State, set_point: int) -> None:
        """One whose aim is another now."""
        self.closed[place], self.since[place] = state.closed, state.closed_since
        self.duty[place] = state.duty
        self._set_point[place] = set_point
        self._off[place] = state.plan.mode is Mode.OFF
        self._boost[place] = state.plan.mode is Mode.BOOST

    def duties(self, places: Ints) -> list[Duty]:
        return [Duty(*each) for each in self.duty[places].tolist()]

    def keep(self, those: Bools) -> None:
        """Forgets all others."""
        kept(self, those)

    def _share(self, now: Ints, lack: Ints) -> None:
        """Begins the cycles that begin."""
        for place in np.flatnonzero(self._shared & (now >= self.duty[:, 0] + self._cycle)).tolist():
            duty = Duty(*self.duty[place].tolist())
            self.duty[place] = relay.next_duty(
                self._regulations[place], duty, int(lack[place]), int(now[place])
            )

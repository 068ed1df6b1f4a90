"""Many electric heaters live on together, a minute of all of them at a time: `heater` in columns."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workswith.devices.heater import Reading
from workswith.kernel.clock import MINUTE

from .columns import Bools, Columns, Ints, kept
from .fleet import Ways
from .heater import HYSTERESIS, SIMULATOR, Heater, State
from .kind import Ahead, Step
from .rooms import Rooms


class Member(NamedTuple):
    """One that lives on: its row of the columns, what it is, how it is."""

    row: int
    body: Heater
    state: State

    @property
    def soonest(self) -> int:
        """It does not speak before."""
        return self.state.at + MINUTE


def _foresee(columns: Columns, members: Sequence[Member]) -> list[Ahead[State]]:
    lives, found = _Lives(columns, members), dict[int, Ahead[State]]()
    while len(found) < len(members):
        speaking = lives.pass_minute(lives.living)
        for place, state in zip(lives.who[speaking].tolist(), lives.taken(speaking), strict=True):
            found[place] = Ahead(state.at, Step(state, state.said))
        lives.living[speaking] = False
        if 2 * np.count_nonzero(lives.living) <= len(lives.living):
            lives.keep(lives.living)
    return [found[place] for place in range(len(members))]


def _live(columns: Columns, members: Sequence[Member], now: int) -> list[Step[State]]:
    lives, found = _Lives(columns, members), dict[int, Step[State]]()
    while True:
        over = np.flatnonzero(lives.living & (lives.at + MINUTE > now))
        for place, state in zip(over.tolist(), lives.taken(over), strict=True):
            found[place] = Step(state, state.said if lives.spoke[place] else None)
        lives.living[over] = False
        if len(found) == len(members):
            return [found[place] for place in range(len(members))]
        lives.pass_minute(lives.living)


HEATERS = Ways(SIMULATOR, Member, _foresee, _live)


class _Lives:
    """The columns of ``members`` that have lived through the same minute."""

    def __init__(self, columns: Columns, members: Sequence[Member]) -> None:
        states, bodies = [one.state for one in members], [one.body for one in members]
        self._modes = [one.mode for one in states]
        self._minute = states[0].at // MINUTE
        self.who = np.arange(len(members))
        self.living = np.ones(len(members), np.bool_)
        self.spoke = np.zeros(len(members), np.bool_)
        self.at = np.array([one.at for one in states], np.int64)
        self._rooms = Rooms(
            columns, np.array([one.row for one in members], np.int64), [one.room for one in states]
        )
        self._heats = np.array([one.heats for one in states], np.bool_)
        self._energy = np.array([one.energy for one in states], np.int64)
        self._counted = np.array([one.counted for one in states], np.int64)
        self._said = {n: one.said for n, one in enumerate(states)}
        self._said_at = np.array([one.said.at for one in states], np.int64)
        self._power = np.array([one.said.power for one in states], np.int64)
        self._temperature = np.array([one.said.temperature for one in states], np.int64)
        self._aim = np.array(
            [one.body.configuration.set_point(one.state.mode) / 10 for one in members]
        )
        self._watts = np.array([round(one.model.house.heater) for one in bodies], np.int64)
        paces = [one.pace for one in bodies]
        self._least = np.array([one.power for one in paces], np.int64)
        self._measure = np.array([one.measure for one in paces], np.int64)
        self._heartbeat = np.array([one.heartbeat for one in paces], np.int64)
        self._stronger = np.array([one.power_step for one in paces], np.int64)
        self._warmer = np.array([one.temperature_step for one in paces], np.int64)

    def pass_minute(self, among: Bools) -> Ints:
        """Of all of them; returns who of some has spoken. (`heater.live`)"""
        rooms = self._rooms
        self.at, self._minute = self.at + MINUTE, self._minute + 1
        on = np.where(self._heats, rooms.heater, 0.0)
        rooms.pass_minute(self._minute, on, np.ones_like(self._heats))
        lacking = self._aim - rooms.sensed()
        heats = lacking > np.where(self._heats, -HYSTERESIS, HYSTERESIS)
        moved = among & (heats != self._heats)
        if moved.any():
            used = self._drawn() * np.maximum(0, self.at - self._counted)
            self._energy = np.where(moved, self._energy + used, self._energy)
            self._counted = np.where(moved, np.maximum(self.at, self._counted), self._counted)
            self._heats = np.where(moved, heats, self._heats)
        measured = rooms.measured()
        quiet, power = self.at - self._said_at, self._drawn()
        speaking = (quiet >= self._heartbeat) | (np.abs(power - self._power) >= self._stronger)
        warmer = np.abs(measured - self._temperature) >= self._warmer
        speaking |= warmer & (quiet >= self._measure)
        places = np.flatnonzero(among & speaking & (quiet >= self._least))
        self._speak(places, measured)
        return places

    def taken(self, places: Ints) -> list[State]:
        """Some as they are."""
        return [
            State(at, self._modes[n], heats, room, energy, counted, self._said[n])
            for n, at, heats, room, energy, counted in zip(
                self.who[places].tolist(),
                self.at[places].tolist(),
                self._heats[places].tolist(),
                self._rooms.taken(places),
                self._energy[places].tolist(),
                self._counted[places].tolist(),
                strict=True,
            )
        ]

    def keep(self, those: Bools) -> None:
        """Forgets all others."""
        self._rooms.keep(those)
        kept(self, those)

    def _drawn(self) -> Ints:
        return np.where(self._heats, self._watts, 0)

    def _speak(self, places: Ints, measured: Ints) -> None:
        """(`heater.say`)"""
        if not len(places):
            return
        power = self._drawn()[places]
        used = power * np.maximum(0, self.at[places] - self._counted[places])
        energy = self._energy[places] + used
        said = zip(
            self.who[places].tolist(),
            power.tolist(),
            energy.tolist(),
            measured[places].tolist(),
            self.at[places].tolist(),
            strict=True,
        )
        for n, watts, counter, warmth, at in said:
            self._said[n] = Reading(self._modes[n], watts, counter, warmth, at)
        self._said_at[places], self._power[places] = self.at[places], power
        self._temperature[places] = measured[places]
        self.spoke[places] = True

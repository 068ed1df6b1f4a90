"""How a thermostat's state moves: minutes, switches and ends in the order of their instants.

The room moves on a grid of minutes, whatever the instants at which it is looked at; modes, programs
and ends act on their millisecond. What concerns people (mode, set-point, relay …) is said at once;
measures at most every `Pace.measure`, on the grid that all modules of a gateway share.
"""

from typing import Protocol

from workswith.devices.schedule import in_force
from workswith.devices.thermostat import Command, Function, Manner, Mode, Reading
from workswith.kernel.clock import MINUTE

from . import relay
from .anatomy import Body, State
from .indoors import Indoors, measured
from .kind import MEMORY, NEVER
from .plan import Plan, after, obey, protection
from .room import Room, humidity


def outlook(body: Body, state: State) -> tuple[int, int]:
    """The set-point in force since the last report, and when that or the mode may change."""
    said = state.said
    set_point, switch_at = _aim(body, state, said.set_point, said.at)
    return set_point, min(switch_at, state.plan.end or NEVER)


def soonest(body: Body, state: State) -> int:
    """It does not speak before: the room's next minute, or a switch or an end that comes first."""
    return min(state.at + MINUTE, outlook(body, state)[1])


class Course:
    """A state on its way. Lives in one call of this module and is never seen outside."""

    __slots__ = (
        "at",
        "body",
        "busy_until",
        "closed",
        "closed_since",
        "duty",
        "felt",
        "function",
        "indoors",
        "plan",
        "program",
        "room",
        "said",
        "set_point",
        "spoken",
        "switch_at",
    )

    def __init__(self, body: Body, state: State) -> None:
        self.body = body
        self.at = state.at
        self.function = state.function
        self.plan = state.plan
        self.program = state.program
        self.closed = state.closed
        self.closed_since = state.closed_since
        self.room = state.room
        self.busy_until = state.busy_until
        self.said = state.said
        self.spoken: Reading | None = None
        self.duty = state.duty
        self.indoors: Indoors | None = None
        self.felt: tuple[Room, int, int] | None = None
        self.set_point = state.said.set_point
        self.switch_at = 0

    def state(self) -> State:
        return State(
            self.at,
            self.function,
            self.plan,
            self.program,
            self.closed,
            self.closed_since,
            self.room,
            self.busy_until,
            self.said,
            self.duty,
        )

    def live(self, now: int, *, until_spoken: bool = False) -> None:
        """Minutes, switches and ends in the order of their instants, up to ``now`` included."""
        if now != NEVER and now - self.at > MEMORY:
            self.at += (now - self.at - MEMORY) // MINUTE * MINUTE
        self._note_switch(self.said.at)
        while True:
            minute, event = self.at + MINUTE, min(self.switch_at, self.plan.end or NEVER)
            due = min(minute, event)
            if due > now:
                return
            if due == minute:
                self._pass_minute(minute)
            if due == event:  # of the same instant too, for what is said then is the last of it
                self.turn(event)
            if until_spoken and self.spoken is not None:
                return

    def turn(self, now: int) -> None:
        """At a switch of the program, or the end of the mode."""
        self.aim(now)
        self._say_if_new(now)

    def obey(self, command: Command, now: int) -> None:
        self.function = command.function
        self.plan = obey(self.plan, command, self.set_point)
        if command.mode is Mode.AUTOMATIC and command.program is not None:
            self.program = command.program
        self.aim(now)
        self.say(now)

    def aim(self, now: int) -> None:
        """Finds out what is in force at ``now``, and moves the relay if that changed."""
        said = (self.said.mode, self.said.set_point, self.said.function)
        self.plan = after(self.plan, now)
        self._note_switch(now)
        told = said != (self.plan.mode, self.set_point, self.function)
        self._move_relay(now, told=told)

    def say(self, now: int) -> None:
        self.said = self.spoken = Reading(
            self.function,
            self.plan.mode,
            self.set_point,
            self.program,
            self.plan.end,
            self.closed,
            self._measured(),
            round(humidity(self.room) * 10),
            now,
        )

    def _pass_minute(self, now: int) -> None:
        heating, house, power = self.function is Function.HEATING, self.body.model.house, 0.0
        if self.closed:
            power = house.heater if heating else -house.cooler
        if self.indoors is None:
            self.indoors = Indoors(house, self.body.model.climate, self.body.zone)
        self.room = self.indoors.minute(self.room, now, power, cooling=not heating)
        self.at = now
        self._move_relay(now, told=False)
        if self.closed != self.said.load_active:
            self.say(now)
        elif (now - self.body.model.phase) % self.body.pace.measure == 0:
            self._say_measures(now)

    def _measured(self) -> int:
        felt = self.felt
        if felt is None or felt[0] is not self.room or felt[1] != self.at:
            warmth = measured(self.body.model.house, self.room, self.at)
            self.felt = felt = self.room, self.at, warmth
        return felt[2]

    def _move_relay(self, now: int, *, told: bool) -> None:
        regulation, warmth = self.body.configuration.regulation, self._measured()
        lack = relay.lacking(self.function, self.set_point, warmth)
        if regulation.manner is Manner.PROPORTIONAL and (
            told or now >= self.duty.since + regulation.cycle * MINUTE
        ):
            self.duty = relay.next_duty(regulation, self.duty, lack, now)
        want = relay.wanted(
            self.function,
            self.plan.mode,
            lack,
            warmth,
            closed=self.closed,
            regulation=regulation,
            duty=self.duty,
            now=now,
        )
        if want is self.closed:
            return
        closed = relay.decide(
            regulation, want=want, closed=self.closed, since=self.closed_since, now=now, told=told
        )
        if closed is not self.closed:
            self.closed, self.closed_since = closed, now

    def _note_switch(self, now: int) -> None:
        self.set_point, self.switch_at = _aim(self.body, self, self.set_point, now)

    def _say_if_new(self, now: int) -> None:
        said = self.said
        now_is = (self.plan.mode, self.set_point, self.plan.end, self.closed)
        if now_is != (said.mode, said.set_point, said.activation_end, said.load_active):
            self.say(now)

    def _say_measures(self, now: int) -> None:
        said, pace = self.said, self.body.pace
        quiet = now - said.at
        changed = (
            abs(self._measured() - said.temperature) >= pace.temperature_step
            or abs(round(humidity(self.room) * 10) - said.humidity) >= pace.humidity_step
        )
        # Half a measure of play, for what was said in between at another instant.
        if quiet >= (pace.measure if changed else pace.heartbeat) - pace.measure // 2:
            self.say(now)


class _Aiming(Protocol):
    """What of a `State` or a `Course` says where it aims."""

    @property
    def function(self) -> Function: ...

    @property
    def plan(self) -> Plan: ...

    @property
    def program(self) -> int: ...


def _aim(body: Body, of: _Aiming, set_point: int, now: int) -> tuple[int, int]:
    """The set-point in force, ``set_point`` until now, and when the program changes it next."""
    if of.plan.mode is Mode.AUTOMATIC:
        program = body.configuration.program(of.program)
        if program is None:
            return set_point, NEVER
        week = program.heating if of.function is Function.HEATING else program.cooling
        return in_force(week, body.zone, now)
    if of.plan.mode is Mode.PROTECTION:
        return protection(of.function), NEVER
    return of.plan.set_point, NEVER

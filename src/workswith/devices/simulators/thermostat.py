"""A simulated chronothermostat: `step(body, state, now, command) → (state, reading)`.

Pure: the same body, state, instants and commands give the same bytes. The room moves on a grid of
minutes, whatever the instants at which it is looked at; modes, programs and ends act on their
millisecond. What concerns people (mode, set-point, relay …) is reported at once; measures at most
every `Pace.measure`, on a grid that all modules of a gateway share. [DEV-2 DEV-4 C2C-2]
"""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import msgspec

from workswith.devices.schedule import in_force
from workswith.devices.thermostat import Command, Configuration, Function, Mode, Reading
from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND

from . import relay
from .kind import USUAL_PACE, Ahead, Pace, Step
from .plan import Plan, after, obey, protection
from .room import House, Room, humidity, pass_minute
from .weather import SLOT, Climate, Weather, weather

UI_BUSY = 10 * SECOND
"""A touch keeps remote commands away for this long. [DEV-2]"""
MEMORY = 2 * DAY
"""After a longer absence only this much of the past is lived through."""
DAMP = 10
"""A change of humidity below this many tenths of a percent is not worth a report."""
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Model:
    """What it is built into; ``phase`` is where in the minute its gateway's grid lies, in ms."""

    house: House
    climate: Climate
    phase: int


@dataclass(frozen=True, slots=True)
class Body:
    """Everything that does not change by itself."""

    model: Model
    configuration: Configuration
    zone: ZoneInfo
    pace: Pace = USUAL_PACE


@dataclass(frozen=True, slots=True)
class State:
    """Everything that does. ``at`` is the last minute lived through."""

    at: int
    function: Function
    plan: Plan
    program: int
    closed: bool
    closed_since: int
    room: Room
    busy_until: int
    said: Reading


_states = msgspec.json.Decoder(State)


def begin(body: Body, now: int, *, program: int = 1, warmth: float = 19.5) -> State:
    """A thermostat just put up, in automatic mode, in a home of ``warmth`` °C."""
    outside = weather(body.model.climate, now)
    room = Room(warmth, warmth - 0.5, 0.0, warmth, outside.water + 0.0018)
    plan = Plan(Mode.AUTOMATIC, 200)
    blank = Reading(Function.HEATING, plan.mode, 200, program, None, False, 0, 0, now)
    at = now - (now - body.model.phase) % MINUTE
    # As if it had rested, so that its first command finds it ready.
    since = now - HOUR
    state = State(at, body.configuration.functions[0], plan, program, False, since, room, 0, blank)
    course = _Course(body, state)
    course.aim(now)
    course.say(now)
    return course.state()


def step(body: Body, state: State, now: int, command: Command | None = None) -> Step[State]:
    """Lives until ``now``, then obeys ``command``. A command always makes it speak."""
    course = _Course(body, state)
    course.live(now)
    if command is not None:
        course.obey(command, now)
    return Step(course.state(), course.spoken)


def foresee(body: Body, state: State) -> Ahead[State]:
    """Lives on until it speaks, which it does at the next heartbeat at the latest."""
    course = _Course(body, state)
    course.live(_NEVER, until_spoken=True)
    assert course.spoken is not None  # noqa: S101 - `live` ends for no other reason
    return Ahead(course.spoken.at, Step(course.state(), course.spoken))


def touch(body: Body, state: State, now: int, change: Command | None = None) -> Step[State]:
    """Somebody uses the device's own user interface, and changes something or not."""
    done = step(body, state, now, change)
    return Step(replace(done.state, busy_until=now + UI_BUSY), done.reading)


def look(body: Body, state: State, now: int) -> Step[State]:
    """Lives until ``now`` and speaks, change or none: what a device does when it connects."""
    course = _Course(body, state)
    course.live(now)
    course.say(now)
    return Step(course.state(), course.spoken)


def busy(state: State, now: int) -> bool:
    return now < state.busy_until


def body_of(model: str, configuration: str, time_zone: str, pace: Pace) -> Body:
    """The body from its row and its module's."""
    return Body(
        msgspec.json.decode(model, type=Model),
        msgspec.json.decode(configuration, type=Configuration),
        ZoneInfo(time_zone),
        pace,
    )


def state_of(text: str) -> State:
    return _states.decode(text)


def text_of(state: State) -> str:
    """The state as it is kept; `state_of` gives back the very same."""
    return msgspec.json.encode(state).decode()


class _Course:
    """A state on its way. Lives in one call of this module and is never seen outside."""

    __slots__ = (
        "at",
        "body",
        "busy_until",
        "closed",
        "closed_since",
        "function",
        "outside",
        "outside_until",
        "people",
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
        self.outside: Weather = weather(body.model.climate, state.at)
        self.people = 0.0
        self.outside_until = 0
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
        )

    def live(self, now: int, *, until_spoken: bool = False) -> None:
        """Minutes, switches and ends in the order of their instants, up to ``now`` included."""
        if now != _NEVER and now - self.at > MEMORY:
            self.at += (now - self.at - MEMORY) // MINUTE * MINUTE
        self._note_switch(self.said.at)
        while True:
            minute = self.at + MINUTE
            due = min(minute, self.switch_at, self.plan.end or _NEVER)
            if due > now:
                return
            if due == minute:
                self._pass_minute(minute)
            else:
                self.aim(due)
                self._say_if_new(due)
            if until_spoken and self.spoken is not None:
                return

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
            round(self.room.sensor * 10),
            round(humidity(self.room) * 10),
            now,
        )

    def _pass_minute(self, now: int) -> None:
        if now >= self.outside_until:
            self._look_outside(now)
        house = self.body.model.house
        power = 0.0
        if self.closed:
            power = house.heater if self.function is Function.HEATING else -house.cooler
        self.room = pass_minute(house, self.room, self.outside, power, self.people)
        self.at = now
        self._move_relay(now, told=False)
        if self.closed != self.said.load_active:
            self.say(now)
        elif (now - self.body.model.phase) % self.body.pace.measure == 0:
            self._say_measures(now)

    def _look_outside(self, now: int) -> None:
        climate = self.body.model.climate
        self.outside = weather(climate, now)
        self.outside_until = (now // SLOT + 1) * SLOT
        hour = (now % DAY / HOUR + climate.longitude / 15) % 24
        self.people = self.body.model.house.people * (0.3 if 8 <= hour < 18 else 1.0)

    def _move_relay(self, now: int, *, told: bool) -> None:
        mode, measured = self.plan.mode, self.room.sensor
        want = relay.wanted(self.function, mode, self.set_point, measured, closed=self.closed)
        if want is self.closed:
            return
        closed = relay.decide(
            want=want, closed=self.closed, since=self.closed_since, now=now, told=told
        )
        if closed is not self.closed:
            self.closed, self.closed_since = closed, now

    def _note_switch(self, now: int) -> None:
        """The set-point in force, and when the program changes it next."""
        self.switch_at = _NEVER
        if self.plan.mode is Mode.AUTOMATIC:
            program = self.body.configuration.program(self.program)
            if program is not None:
                week = program.heating if self.function is Function.HEATING else program.cooling
                self.set_point, self.switch_at = in_force(week, self.body.zone, now)
        elif self.plan.mode is Mode.PROTECTION:
            self.set_point = protection(self.function)
        else:
            self.set_point = self.plan.set_point

    def _say_if_new(self, now: int) -> None:
        said = self.said
        now_is = (self.plan.mode, self.set_point, self.plan.end, self.closed)
        if now_is != (said.mode, said.set_point, said.activation_end, said.load_active):
            self.say(now)

    def _say_measures(self, now: int) -> None:
        said, pace = self.said, self.body.pace
        quiet = now - said.at
        changed = (
            abs(round(self.room.sensor * 10) - said.temperature) >= 1
            or abs(round(humidity(self.room) * 10) - said.humidity) >= DAMP
        )
        # Half a measure of play, for what was said in between at another instant.
        if quiet >= (pace.measure if changed else pace.heartbeat) - pace.measure // 2:
            self.say(now)

"""A simulated chronothermostat: `step(body, state, now, command) → (state, reading)`.

Pure: the same body, state, instants and commands give the same bytes. A module that fulfils
`kind.Simulator`; `course` is how a state moves. [DEV-2 DEV-4 C2C-2]
"""

from msgspec.structs import replace

from workswith.devices.thermostat import Command, Function, Mode, Reading
from workswith.kernel.clock import HOUR, MINUTE, SECOND
from workswith.kernel.problem import Kind, Problem

from .anatomy import Body, Model, State, body_of, state_of, text_of
from .course import Course
from .kind import NEVER, Ahead, Step
from .plan import Plan
from .room import Room
from .weather import weather

__all__ = [
    "Body",
    "Model",
    "State",
    "begin",
    "body_of",
    "busy",
    "circuit",
    "foresee",
    "look",
    "state_of",
    "steady",
    "step",
    "text_of",
    "touch",
]

UI_BUSY = 10 * SECOND
"""A touch keeps remote commands away for this long. [DEV-2]"""


def begin(body: Body, now: int, *, program: int = 1, warmth: float = 19.5) -> State:
    """A thermostat just put up, in automatic mode, in a home of ``warmth`` °C."""
    outside = weather(body.model.climate, body.zone, now)
    room = Room(warmth, warmth - 0.5, 0.0, warmth, outside.water + 0.0018)
    plan = Plan(Mode.AUTOMATIC, 200)
    blank = Reading(Function.HEATING, plan.mode, 200, program, None, False, 0, 0, now)
    at = now - (now - body.model.phase) % MINUTE
    # As if it had rested, so that its first command finds it ready.
    since = now - HOUR
    state = State(at, body.configuration.functions[0], plan, program, False, since, room, 0, blank)
    course = Course(body, state)
    course.aim(now)
    course.say(now)
    return course.state()


def step(body: Body, state: State, now: int, command: Command | None = None) -> Step[State]:
    """Lives until ``now``, then obeys ``command``. A command always makes it speak."""
    course = Course(body, state)
    course.live(now)
    if command is not None:
        course.obey(command, now)
    return Step(course.state(), course.spoken)


def foresee(body: Body, state: State) -> Ahead[State]:
    """Lives on until it speaks, which it does at the next heartbeat at the latest."""
    course = Course(body, state)
    course.live(NEVER, until_spoken=True)
    assert course.spoken is not None  # noqa: S101 - `live` ends for no other reason
    return Ahead(course.spoken.at, Step(course.state(), course.spoken))


def touch(body: Body, state: State, now: int, change: Command | None = None) -> Step[State]:
    """Somebody uses the device's own user interface, and changes something or not.

    On a locked display nothing can be changed (`Kind.INVALID`), and nobody is kept away.
    """
    if body.configuration.display_locked:
        if change is not None:
            raise Problem(Kind.INVALID, "display_locked", "The display is locked.")
        return step(body, state, now)
    done = step(body, state, now, change)
    return Step(replace(done.state, busy_until=now + UI_BUSY), done.reading)


def look(body: Body, state: State, now: int) -> Step[State]:
    """Lives until ``now`` and speaks, change or none: what a device does when it connects."""
    course = Course(body, state)
    course.live(now)
    course.say(now)
    return Step(course.state(), course.spoken)


def busy(state: State, now: int) -> bool:
    return now < state.busy_until


def steady(_body: Body, _state: State, now: int) -> int:
    """Nothing is known of what it draws."""
    return now


def circuit(_body: Body) -> tuple[str, ...]:
    """A thermostat measures no other module."""
    return ()

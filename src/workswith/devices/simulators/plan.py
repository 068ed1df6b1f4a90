"""What a thermostat is set to do, until when, and what it returns to. [DEV-1, contract 5]

A mode with an end returns to what was in force before it: a boost inside a manual evening goes
back to the manual evening, and that, in its time, to the program.
"""

from dataclasses import dataclass

from workswith.devices.thermostat import FROST, HEAT, Command, Function, Mode


@dataclass(frozen=True, slots=True)
class Plan:
    """A mode; in manual its set-point in tenths; ``end`` in ms, ``None`` for good."""

    mode: Mode
    set_point: int
    end: int | None = None
    before: "Plan | None" = None


def obey(plan: Plan, command: Command, set_point: int) -> Plan:
    """The plan after ``command``; ``set_point`` is the one in force until now.

    A mode stands at most once among what is returned to, so the memory stays short.
    """
    timed = command.mode is not Mode.AUTOMATIC and command.end is not None
    kept = set_point if plan.mode is not Mode.PROTECTION else plan.set_point
    return Plan(
        command.mode,
        kept if command.set_point is None or command.mode is not Mode.MANUAL else command.set_point,
        command.end if timed else None,
        _without(command.mode, plan) if timed else None,
    )


def after(plan: Plan, now: int) -> Plan:
    """What is in force at ``now``, when ``plan.end`` may have passed."""
    while plan.end is not None and plan.end <= now:
        plan = plan.before or Plan(Mode.AUTOMATIC, plan.set_point)
    return plan


def protection(function: Function) -> int:
    return FROST if function is Function.HEATING else HEAT


def _without(mode: Mode, plan: Plan | None) -> Plan | None:
    while plan is not None and (plan.mode is mode or plan.mode is Mode.BOOST):
        plan = plan.before
    if plan is None:
        return None
    return Plan(plan.mode, plan.set_point, plan.end, _without(mode, plan.before))

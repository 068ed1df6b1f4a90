"""When the thermostat closes its relay: hysteresis or shares of a cycle, boost, and rests.

The rests protect what hangs behind it: a boiler that starts for a minute only wears out. Shares of
a cycle are what EU 811/2013 calls a room thermostat of class IV.
"""

from typing import NamedTuple

from workswith.devices.thermostat import Function, Manner, Mode, Regulation
from workswith.kernel.clock import MINUTE

BOOST_LIMITS = (300, 160)
"""Where a boost stops heating and cooling, in tenths of a degree, so that nobody comes to harm."""
WHOLE = 1_000
"""Shares of a cycle are thousandths."""


class Duty(NamedTuple):
    """Of the cycle that began ``since``: closed ``until``; ``trim`` is the integral, a share."""

    since: int = 0
    until: int = 0
    trim: int = 0


NO_DUTY = Duty()


def lacking(function: Function, set_point: int, measured: int) -> int:
    """Tenths of a degree; less than 0 when the room has enough."""
    return set_point - measured if function is Function.HEATING else measured - set_point


def wanted(
    function: Function,
    mode: Mode,
    lack: int,
    measured: int,
    *,
    closed: bool,
    regulation: Regulation,
    duty: Duty,
    now: int,
) -> bool:
    """Whether the room calls for heat (or cold)."""
    if mode is Mode.OFF:
        return False
    if mode is Mode.BOOST:
        heating = function is Function.HEATING
        return measured < BOOST_LIMITS[0] if heating else measured > BOOST_LIMITS[1]
    if regulation.manner is Manner.PROPORTIONAL:
        return now < duty.until
    return lack > -regulation.hysteresis if closed else lack >= regulation.hysteresis


def next_duty(regulation: Regulation, duty: Duty, lack: int, now: int) -> Duty:
    """The cycle that begins ``now``. The integral rests while the share is at an end of its range."""
    share = WHOLE * lack // regulation.band + duty.trim
    trim = duty.trim
    if 0 < share < WHOLE:
        trim += WHOLE * lack * regulation.cycle // (regulation.band * regulation.reset)
    minutes = (min(WHOLE, max(0, share)) * regulation.cycle + WHOLE // 2) // WHOLE
    if minutes < regulation.least_on:
        minutes = 0
    elif regulation.cycle - minutes < regulation.least_off:
        minutes = regulation.cycle
    return Duty(now, now + minutes * MINUTE, min(WHOLE, max(0, trim)))


def decide(
    regulation: Regulation, *, want: bool, closed: bool, since: int, now: int, told: bool
) -> bool:
    """Whether the relay is closed from ``now`` on; it has been as it is since ``since``.

    ``told``: somebody or a plan changed the aim, so that opening does not wait.
    """
    if want and not closed:
        return now - since >= regulation.least_off * MINUTE
    if closed and not want:
        return not told and now - since < regulation.least_on * MINUTE
    return closed

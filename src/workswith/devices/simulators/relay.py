"""When the thermostat closes its relay: hysteresis, boost, and rests that protect the boiler."""

from workswith.devices.thermostat import Function, Mode
from workswith.kernel.clock import MINUTE

HYSTERESIS = 0.2
"""K above and below the set-point."""
LEAST_ON = 3 * MINUTE
"""The measured temperature alone does not open the relay sooner."""
LEAST_OFF = 3 * MINUTE
"""Nothing closes the relay sooner after it opened."""
BOOST_LIMITS = (30.0, 16.0)
"""Where a boost stops heating and cooling, in °C, so that nobody comes to harm."""


def wanted(
    function: Function, mode: Mode, set_point: int, measured: float, *, closed: bool
) -> bool:
    """Whether the room calls for heat (or cold)."""
    if mode is Mode.OFF:
        return False
    heating = function is Function.HEATING
    if mode is Mode.BOOST:
        return measured < BOOST_LIMITS[0] if heating else measured > BOOST_LIMITS[1]
    lacking = set_point / 10 - measured if heating else measured - set_point / 10
    return lacking > -HYSTERESIS if closed else lacking >= HYSTERESIS


def decide(*, want: bool, closed: bool, since: int, now: int, told: bool) -> bool:
    """Whether the relay is closed from ``now`` on; it has been as it is since ``since``.

    ``told``: somebody or a plan changed the aim, so that opening does not wait.
    """
    if want and not closed:
        return now - since >= LEAST_OFF
    if closed and not want:
        return not told and now - since < LEAST_ON
    return closed

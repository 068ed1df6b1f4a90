"""What is answered for a module that cannot be reached, or did not obey. [DEV-2]"""

from workswith.kernel.problem import Kind, Problem

from .link import Outcome
from .plants import Reach


def refusal(outcome: Outcome) -> Problem:
    """The answer for a command that was not obeyed."""
    return {Outcome.OFFLINE: _offline, Outcome.BUSY: _busy}.get(outcome, _silent)()


def require_reach(reach: Reach) -> None:
    """Raises `Kind.UNREACHABLE` and `Kind.TIMED_OUT`."""
    if reach is Reach.OFFLINE:
        raise _offline()
    if reach is Reach.SILENT:
        raise _silent()


def _offline() -> Problem:
    return Problem(
        Kind.UNREACHABLE,
        "gateway_offline",
        "Gateway Offline",
        hint="The device is not connected; it answers again by itself once it is.",
    )


def _silent() -> Problem:
    return Problem(
        Kind.TIMED_OUT,
        "device_silent",
        "Request timeout",
        hint="The device did not answer in time; try again later.",
    )


def _busy() -> Problem:
    return Problem(
        Kind.BUSY,
        "user_interface_busy",
        "Busy visual user interface",
        hint="Somebody is using the device; try again in about 10 seconds.",
    )

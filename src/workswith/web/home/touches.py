"""What the buttons of a thermostat mean: a change of its own controls, as a command. [DEV-2]"""

from workswith.devices.thermostat import (
    BOOSTS,
    HIGHEST,
    LOWEST,
    Command,
    Function,
    Mode,
    Reading,
)
from workswith.kernel.clock import MINUTE

STEP = 5
"""One press of + or −, in tenths of a degree."""
_PLAIN = {"off": Mode.OFF, "protection": Mode.PROTECTION}


def touched(button: str, value: str, reading: Reading, now: int) -> Command | None:
    """The command, or ``None`` for a button that does not exist."""
    function, set_point = reading.function, reading.set_point
    match button:
        case "warmer" | "cooler":
            change = STEP if button == "warmer" else -STEP
            set_point = min(max(set_point + change, LOWEST), HIGHEST)
            made = Command(function, Mode.MANUAL, set_point=set_point)
        case "manual":
            made = Command(function, Mode.MANUAL, set_point=set_point)
        case "automatic":
            program = int(value) if value.isascii() and value.isdigit() else reading.program
            made = Command(function, Mode.AUTOMATIC, program=program)
        case "boost":
            minutes = int(value) if value in map(str, BOOSTS) else BOOSTS[0]
            made = Command(function, Mode.BOOST, end=now + minutes * MINUTE)
        case "function" if value in set(Function):
            made = Command(Function(value), Mode.AUTOMATIC, program=reading.program)
        case "off" | "protection":
            made = Command(function, _PLAIN[button])
        case _:
            return None
    return made

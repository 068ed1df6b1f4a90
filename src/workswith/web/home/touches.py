"""What the buttons of a thermostat mean: a change of its own controls, as a command. [DEV-2]"""

from workswith.devices.thermostat import (
    BOOSTS,
    HIGHEST,
    LOWEST,
    Command,
    Mode,
    Reading,
)
from workswith.kernel.clock import MINUTE

STEP = 5
"""One press of + or −, in tenths of a degree."""
_PLAIN = {"off": Mode.OFF, "protection": Mode.PROTECTION}


def touched(button: str, value: str, reading: Reading, now: int) -> Command | None:
    """The command, or ``None`` for a button that does not exist."""
    if button in ("warmer", "cooler"):
        change = STEP if button == "warmer" else -STEP
        set_point = min(max(reading.set_point + change, LOWEST), HIGHEST)
        return Command(reading.function, Mode.MANUAL, set_point=set_point)
    if button == "manual":
        return Command(reading.function, Mode.MANUAL, set_point=reading.set_point)
    if button == "automatic":
        program = int(value) if value.isascii() and value.isdigit() else reading.program
        return Command(reading.function, Mode.AUTOMATIC, program=program)
    if button == "boost":
        minutes = int(value) if value in map(str, BOOSTS) else BOOSTS[0]
        return Command(reading.function, Mode.BOOST, end=now + minutes * MINUTE)
    if button in _PLAIN:
        return Command(reading.function, _PLAIN[button])
    return None

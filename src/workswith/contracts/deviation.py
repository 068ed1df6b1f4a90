"""What the original is known to do otherwise than an API document says, at times: one switch."""

from typing import NamedTuple


class Deviation(NamedTuple):
    """``choices`` begin with the usual one; ``source`` is where the contract tells of it."""

    name: str
    choices: tuple[str, ...]
    what: str
    source: str

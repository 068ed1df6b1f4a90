"""What a socket with several outlets is: each is switched by itself. (`contract/homecontrol.md` 5)

A Wi-Fi socket is one with a single outlet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from workswith.kernel.problem import Kind, Problem

DEVICE = "multisocket"


@dataclass(frozen=True, slots=True)
class Configuration:
    outlets: int


@dataclass(frozen=True, slots=True)
class Command:
    """For each outlet whether it shall be on; those that are not named stay as they are."""

    outlets: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    outlets: tuple[bool, ...]
    at: int


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "status": attrgetter("outlets"),
}


def check(command: Command, configuration: Configuration, _now: int) -> None:
    if len(command.outlets) > configuration.outlets:
        raise Problem(
            Kind.INVALID,
            "outlet_unknown",
            f"This socket has no more than {configuration.outlets} outlets.",
            field="status",
        )

"""The way to a module: whatever carries commands to it stands behind this port. [DEV-1 DEV-2]"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol


class Outcome(StrEnum):
    """What became of a command."""

    DONE = "done"  # the device obeyed and its report is committed
    OFFLINE = "offline"  # the device, or the gateway before it, is not connected
    BUSY = "busy"  # somebody is using the device's own user interface
    SILENT = "silent"  # no answer in time; the command may or may not have arrived


class DeviceLink(Protocol):
    """Carries commands to modules; a command is of the type that the module's kind is told by."""

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """Delivers ``command``, waiting at most ``deadline`` real seconds for the device's answer.

        Never called inside a transaction. `Outcome.DONE` only after the report that the command
        caused is committed, and so is the device's own state where that is simulated.
        """


class PlantLink(DeviceLink, Protocol):
    """Carries commands to several modules of a plant as well."""

    async def send_all(
        self, commands: Mapping[str, Any], *, deadline: float, flow: str
    ) -> Mapping[str, Outcome]:
        """`send` to each module by its id, at once; the outcome of each, in their order."""

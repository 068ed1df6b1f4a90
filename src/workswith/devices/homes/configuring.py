"""A thermostat is set up anew, and goes on with that at once. [DEV-4]"""

from collections.abc import Awaitable, Callable

import msgspec

from workswith.devices.plants import Module, configure_module, module_of
from workswith.devices.thermostat import DEVICE, Configuration
from workswith.kernel.database import Reads, Tx, statement
from workswith.kernel.problem import Kind, Problem

from .workshop import Workshop

_WANT = statement(
    "INSERT INTO gateway_setups (module_id, version, taken, sent, sent_at) "
    "SELECT module_id, 1, 0, 0, 0 FROM gateway_modules WHERE module_id = :module_id "
    "ON CONFLICT (module_id) DO UPDATE SET version = gateway_setups.version + 1"
)
"""A real module's: its gateway has to be told. (`gateways.setups`)"""

Change = Callable[[Configuration], Configuration]
Require = Callable[[Tx, Module], Awaitable[None]]
"""Raises a `Problem` if the module must not be changed."""


async def read_configuration(
    reads: Reads, account_id: str, plant_id: str, module_id: str
) -> Configuration:
    """Raises `Kind.UNKNOWN` for what is no thermostat that the account sees."""
    return _read(await module_of(reads, account_id, plant_id, module_id))


async def reconfigure(
    shop: Workshop,
    names: tuple[str, str, str],
    change: Change,
    require: Require | None = None,
) -> None:
    """Of account, plant and module. Its device stands still meanwhile, then says what is new.

    Raises `Kind.UNKNOWN`, and what ``change`` and ``require`` raise.
    """
    _, plant_id, module_id = names

    async def write(tx: Tx) -> None:
        module = await module_of(tx, *names)
        configuration = change(_read(module))
        if require is not None:
            await require(tx, module)
        await configure_module(tx, module_id, msgspec.json.encode(configuration).decode())
        await tx.run(_WANT, module_id=module_id)

    async with shop.park.changing(plant_id):
        await shop.database.write(write)
    await shop.park.speak([module_id])


def _read(module: Module) -> Configuration:
    if module.device != DEVICE:
        raise Problem(Kind.UNKNOWN, "module_unknown", "That is no thermostat.")
    return msgspec.json.decode(module.configuration, type=Configuration)

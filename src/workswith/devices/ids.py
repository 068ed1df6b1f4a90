"""The ids of what stands in a plant, as the original's two families of products have them.

Smarther: GUIDs. Home + Control: 32 hex digits, put together of the home's and the room's numbers,
or of the hardware addresses of gateway and module. (`contract/homecontrol.md` 2.3)
"""

from workswith.kernel.ident import Ident

HEX = "home_control"
"""The API whose plants have ids in hex."""
_MAKER = "000474"
"""What the maker's hardware addresses begin with."""


def plant(ident: Ident, api: str) -> str:
    return "00000000" + _hex(ident, 24) if api == HEX else ident.guid()


def ambient(ident: Ident, api: str, plant_id: str) -> str:
    return _in_plant(ident, api, plant_id)


def scene(ident: Ident, api: str, plant_id: str) -> str:
    """Made like an ambient's: no scene's id was ever published."""
    return _in_plant(ident, api, plant_id)


def gateway(ident: Ident, api: str) -> str:
    """Never shown by any API; its modules' ids begin with its first 16 digits."""
    return f"0000{_MAKER}{_hex(ident, 22)}" if api == HEX else ident.guid()


def module(ident: Ident, api: str, gateway_id: str) -> str:
    return f"{gateway_id[:16]}{_MAKER}{_hex(ident, 10)}" if api == HEX else ident.guid()


def _in_plant(ident: Ident, api: str, plant_id: str) -> str:
    return plant_id[8:] + _hex(ident, 8) if api == HEX else ident.guid()


def _hex(ident: Ident, digits: int) -> str:
    return ident.key()[:digits]

"""What stands where, and who sees it: plants, ambients, gateways, modules. [API-4]"""

from .ambient import TYPES as AMBIENT_TYPES
from .ambient import (
    Ambient,
    ambients_of,
    change_ambient,
    create_ambient,
    create_ambients,
    known_type,
    remove_ambient,
)
from .gateway import Gateway, Reach, create_gateway, create_gateways, gateways_of
from .members import members_of, share_plant, unshare_plant
from .module import (
    Module,
    configure_module,
    create_module,
    create_modules,
    module_of,
    modules_of,
    move_module,
    rename_module,
)
from .names import NAME_LENGTH, checked_name, unknown
from .plant import (
    APIS,
    Plant,
    create_plant,
    create_plants,
    owned_plant,
    plant_of,
    plants_of,
    rename_plant,
)
from .seen import Seen

__all__ = [
    "AMBIENT_TYPES",
    "APIS",
    "NAME_LENGTH",
    "Ambient",
    "Gateway",
    "Module",
    "Plant",
    "Reach",
    "Seen",
    "ambients_of",
    "change_ambient",
    "checked_name",
    "configure_module",
    "create_ambient",
    "create_ambients",
    "create_gateway",
    "create_gateways",
    "create_module",
    "create_modules",
    "create_plant",
    "create_plants",
    "gateways_of",
    "known_type",
    "members_of",
    "module_of",
    "modules_of",
    "move_module",
    "owned_plant",
    "plant_of",
    "plants_of",
    "remove_ambient",
    "rename_module",
    "rename_plant",
    "share_plant",
    "unknown",
    "unshare_plant",
]

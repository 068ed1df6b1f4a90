"""How a home of `templates` is furnished. [DEV-4]"""

from workswith.devices.templates import TEMPLATES
from workswith.kernel.database import Tx
from workswith.kernel.ident import Ident

from .building import Home, build
from .drawing import draw


async def furnish(tx: Tx, owner_id: str, ident: Ident, template: str, now: int) -> tuple[Home, ...]:
    """Sets up the homes of `TEMPLATES`: plants, gateways, ambients, modules, scenes.

    Each module has made its first report. The park takes them up when it starts, or at once by
    `Park.welcome`. Raises ``KeyError``.
    """
    drawn = [draw(one, ident, now) for one in TEMPLATES[template]]
    return tuple([await build(tx, owner_id, ident, one, now) for one in drawn])

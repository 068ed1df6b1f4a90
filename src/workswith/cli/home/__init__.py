"""``workswith home``: have homes, edit them, keep them, copy them. [DEV-4 SBX-3]"""

import click

from .copies import export, fork, import_, restore, snapshot
from .parts import add, move, remove, reset, tune
from .wholes import create, list_, outages, rename, share, show, templates


@click.group()
def command() -> None:
    r"""Have simulated homes, edit them, keep them as they are, copy them.

    HOME is the id of a plant, or its name where only one has it.

    \b
    workswith home templates                       what there is to have
    workswith home create hotel --name "Stella"
    workswith home create house --count 1000       a thousand, in seconds
    workswith home list
    workswith home show "Casa Verde"
    workswith home add "Casa Verde" fridge --room Cucina
    workswith home tune "Casa al Lago" Mansarda --by proportional --lock
    workswith home share "Casa Verde" developer
    workswith home snapshot "Casa Verde" evening
    workswith home restore "Casa Verde" evening
    workswith home fork "Casa Verde"               a second one, with ids of its own
    workswith home import plants.json topology.json status.json
    workswith home export "Casa Verde" > home.json
    """


_WHOLES = (templates, list_, show, create, rename, outages, share)
_PARTS = (add, move, tune, reset, remove)
_COPIES = (snapshot, restore, fork, import_, export)
for _one in (*_WHOLES, *_PARTS, *_COPIES):
    command.add_command(_one)

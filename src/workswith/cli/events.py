"""``workswith events``: what happens to devices, as it happens. [SBX-3]"""

from pathlib import Path
from typing import Any

import click

from .folder import data_option, json_option

EVERY_SECONDS = 0.3
COLOURS = {"report": "cyan", "offline": "red", "online": "green"}


@click.group()
def command() -> None:
    r"""Watch what happens to devices.

    \b
    workswith events tail                    until Ctrl-C
    workswith events tail --no-follow -n 50  the latest fifty
    """


@command.command()
@click.option("-n", "count", default=10, show_default=True, help="Begin with so many of before.")
@click.option("--follow/--no-follow", default=True, help="Go on until Ctrl-C.", show_default=True)
@click.option("--plant", default="", metavar="ID", help="Only this home.")
@data_option
@json_option
def tail(count: int, follow: bool, plant: str, data: Path, as_json: bool) -> None:
    """Print events as they happen, one a line."""
    import time

    from .client import control
    from .folder import read_document

    document = read_document(data)
    # Where there is none yet, the first one is after nothing.
    latest = 0
    found = control(document, "GET", f"/events?limit={max(count, 1)}")
    shown = found if count else []
    try:
        while True:
            for one in shown:
                if plant in ("", one["plant_id"]):
                    _show(one, as_json)
            if not follow:
                return
            latest = found[-1]["number"] if found else latest
            time.sleep(EVERY_SECONDS)
            found = shown = control(document, "GET", f"/events?after={latest}&limit=500")
    except KeyboardInterrupt:
        pass


def _show(one: dict[str, Any], as_json: bool) -> None:
    import json

    if as_json:
        click.echo(json.dumps(one))
        return
    kind = click.style(f"{one['kind']:<10}", fg=COLOURS.get(one["kind"]))
    changed = ", ".join(one["changed"])
    click.echo(f"{one['at']}  {kind}  {one['module_id']}  {changed}")

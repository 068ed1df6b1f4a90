"""What stands in a home: put up, moved, tuned, taken down."""

from pathlib import Path
from typing import Any

import click

from workswith.cli.folder import data_option, json_option

from .sandbox import Sandbox, done, home_argument, module_option, print_json, tell


@click.command()
@home_argument
@module_option
@data_option
@json_option
def remove(home: str, module: str, data: Path, as_json: bool) -> None:
    """Take a home down, or one device out of it."""
    sandbox = Sandbox(data)
    path = "/" + sandbox.id_of(home)
    if module:
        path += "/modules/" + sandbox.part_of(home, "modules", module)
    sandbox.ask("DELETE", path)
    done(as_json, "Removed.")


@click.command()
@home_argument
@module_option
@data_option
@json_option
def reset(home: str, module: str, data: Path, as_json: bool) -> None:
    """Bring devices back to how they left the factory."""
    sandbox = Sandbox(data)
    body = {"module": sandbox.part_of(home, "modules", module) if module else ""}
    told = sandbox.ask("POST", f"/{sandbox.id_of(home)}/reset", body)
    print_json(told) if as_json else click.echo(f"{len(told['reset'])} reset.")


@click.command()
@home_argument
@click.argument("goods")
@click.option("--name", default="", help="What to call it.")
@click.option("--room", default="", metavar="ROOM", help="Its id or name.")
@data_option
@json_option
def add(home: str, goods: str, name: str, room: str, data: Path, as_json: bool) -> None:
    """Put up a device: thermostat, light, dimmer, fridge, shutter … or a room.

    GOODS is one of what goes with the home, or `room`.
    """
    sandbox = Sandbox(data)
    path = "/" + sandbox.id_of(home)
    if goods == "room":
        told = sandbox.ask("POST", path + "/ambients", {"name": name or "Room"})
    else:
        ambient = sandbox.part_of(home, "ambients", room) if room else ""
        body = {"goods": goods, "name": name or goods, "ambient": ambient}
        told = sandbox.ask("POST", path + "/modules", body)
    print_json(told) if as_json else click.echo(f"{told['id']}  {told['name']}")


@click.command()
@home_argument
@click.argument("module", metavar="DEVICE")
@click.argument("room", required=False, default="")
@data_option
@json_option
def move(home: str, module: str, room: str, data: Path, as_json: bool) -> None:
    """Put a device into another ROOM; without one it stands in no room."""
    sandbox = Sandbox(data)
    device = sandbox.part_of(home, "modules", module)
    ambient = sandbox.part_of(home, "ambients", room) if room else ""
    path = f"/{sandbox.id_of(home)}/modules/{device}"
    tell(sandbox.ask("PATCH", path, {"ambient": ambient}), as_json)


@click.command()
@home_argument
@click.argument("module", metavar="THERMOSTAT")
@click.option("--lock/--unlock", default=None, help="Its display: hands change nothing on it.")
@click.option("--by", type=click.Choice(["hysteresis", "proportional"]), help="How it regulates.")
@click.option("--hysteresis", type=float, default=0.2, show_default=True, help="K to either side.")
@click.option("--band", type=float, default=1.5, show_default=True, help="K, proportional.")
@click.option("--cycle", type=int, default=20, show_default=True, help="Minutes, proportional.")
@click.option("--least-on", type=int, default=3, show_default=True, help="Minutes.")
@click.option("--least-off", type=int, default=3, show_default=True, help="Minutes.")
@data_option
@json_option
def tune(
    home: str,
    module: str,
    lock: bool | None,
    by: str | None,
    hysteresis: float,
    band: float,
    cycle: int,
    least_on: int,
    least_off: int,
    data: Path,
    as_json: bool,
) -> None:
    """Lock a thermostat's display, or set how it moves its relay (with --by)."""
    sandbox = Sandbox(data)
    path = f"/{sandbox.id_of(home)}/modules/{sandbox.part_of(home, 'modules', module)}"
    body: dict[str, Any] = {} if lock is None else {"display_locked": lock}
    if by is not None:
        body["regulation"] = {
            "manner": by,
            "hysteresis": round(hysteresis * 10),
            "band": round(band * 10),
            "cycle": cycle,
            "least_on": least_on,
            "least_off": least_off,
        }
    tell(sandbox.ask("PATCH", path, body), as_json)

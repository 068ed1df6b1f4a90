"""``workswith device``: the hand on a simulated device. [SBX-3]"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from .folder import data_option, json_option


@click.group()
def command() -> None:
    r"""Stand before a simulated device: touch it, pull its cable, make it silent.

    DEVICE is its id, the beginning of one, or a name that only one device has.

    \b
    workswith device list
    workswith device show Soggiorno          reported, told, when
    workswith device touch Soggiorno --set-point 22.5
    workswith device offline Soggiorno       calls are answered 404, Gateway Offline
    workswith device silent Soggiorno        calls time out: 408
    workswith device online Soggiorno
    workswith device responsive Soggiorno
    """


@command.command("list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """List the devices of all homes."""
    import json

    found = [
        {"id": module["id"], "name": module["name"], "device": module["device"],
         "home": home["name"], "api": home["api"]}
        for home, module in _every(data)
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(found))
        return
    from .table import show

    columns = ("id", "name", "device", "home", "api")
    rows = [[one[column] for column in columns] for one in found]
    show([column.capitalize() for column in columns], rows)


@command.command()
@click.argument("device")
@data_option
@json_option
def show(device: str, data: Path, as_json: bool) -> None:
    """Show all that the cloud knows of DEVICE: reported, told, when, and with which outcome."""
    import json

    from .client import control
    from .folder import read_document

    home, module = _chosen_at(data, device)
    told = control(read_document(data), "GET", f"/homes/{home['id']}/modules/{module['id']}")
    if as_json:
        click.echo(json.dumps(told))
        return
    for name, value in told.items():
        shown = json.dumps(value) if isinstance(value, dict) else value
        click.echo(f"{name:12} {'-' if shown is None else shown}")


@command.command()
@click.argument("device")
@click.option("--set-point", type=float, metavar="°C", help="Turn a thermostat to manual at this.")
@data_option
def touch(device: str, set_point: float | None, data: Path) -> None:
    """Touch DEVICE; for ten seconds it answers 486, busy."""
    body = {} if set_point is None else {"set_point": set_point}
    _tell(data, device, "touch", body, "was touched")


def _state(name: str, sentence: str) -> None:
    @command.command(name, help=f"Let DEVICE be {name}: {sentence}.")
    @click.argument("device")
    @data_option
    def set_(device: str, data: Path) -> None:
        _tell(data, device, name, {}, f"is {name}")


for _name, _sentence in {
    "offline": "its cable is out, calls are answered 404",
    "online": "connected again",
    "silent": "it takes calls and never answers, 408",
    "responsive": "it answers again",
}.items():
    _state(_name, _sentence)


def _tell(data: Path, device: str, verb: str, body: dict[str, Any], sentence: str) -> None:
    from .client import control
    from .folder import read_document

    chosen = _chosen(data, device)
    control(read_document(data), "POST", f"/modules/{quote(chosen['id'])}/{verb}", body)
    click.echo(f"{chosen['name']} {sentence}.")


def _chosen(data: Path, word: str) -> dict[str, Any]:
    return dict(_chosen_at(data, word)[1])


def _chosen_at(data: Path, word: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Its home, and the device."""
    modules = _every(data)
    for fits in (
        [one for one in modules if one[1]["id"] == word],
        [one for one in modules if one[1]["name"].casefold() == word.casefold()],
        [one for one in modules if one[1]["id"].startswith(word)],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            ids = ", ".join(one["id"][:8] for _, one in fits)
            raise click.ClickException(f"{len(fits)} devices are called {word!r}: {ids}")
    raise click.ClickException(f"No device is called {word!r}. See: workswith device list")


def _every(data: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    from .client import control
    from .folder import read_document

    homes = control(read_document(data), "GET", "/homes")
    return [(home, module) for home in homes for module in home["modules"]]

"""The homes of a running sandbox, as the commands ask for them and tell of them."""

from pathlib import Path
from typing import Any

import click

from workswith.cli.folder import read_document

owner_option = click.option(
    "--owner",
    default="end_user",
    show_default=True,
    metavar="WHO",
    help="Whose: an e-mail address, or developer, end_user, operator.",
)
home_argument = click.argument("home", metavar="HOME")
module_option = click.option(
    "--module", default="", metavar="DEVICE", help="Only this one: its id or name."
)


class Sandbox:
    """The sandbox in a folder, whose homes may be named."""

    def __init__(self, data: Path) -> None:
        self._document = read_document(data)
        self._homes: list[dict[str, Any]] | None = None

    def ask(self, method: str, path: str, body: object = None) -> Any:
        from workswith.cli.client import control

        return control(self._document, method, "/homes" + path, body)

    def id_of(self, home: str) -> str:
        return str(self._home(home)["id"])

    def part_of(self, home: str, parts: str, wanted: str) -> str:
        """The id of a device or room of a home."""
        return _the_one(self._home(home)[parts], wanted, "in that home")

    def snapshot_of(self, home: str, wanted: str) -> str:
        """The latest of a name."""
        kept = self.ask("GET", f"/{self.id_of(home)}/snapshots")
        for one in kept:
            if wanted in {one["id"], one["name"]}:
                return str(one["id"])
        raise click.ClickException(f"There is no snapshot {wanted!r} of that home.")

    def _home(self, wanted: str) -> dict[str, Any]:
        if self._homes is None:
            self._homes = self.ask("GET", "")
        id_ = _the_one(self._homes, wanted, "in this sandbox")
        return next(one for one in self._homes if one["id"] == id_)


def _the_one(things: list[dict[str, Any]], wanted: str, where: str) -> str:
    """By its id, or by a name that only one of them has. Ends the command where there is none."""
    for one in things:
        if one["id"] == wanted:
            return str(one["id"])
    named = [str(one["id"]) for one in things if one["name"].casefold() == wanted.casefold()]
    if len(named) == 1:
        return named[0]
    if named:
        raise click.ClickException(
            f"{len(named)} are called {wanted!r} {where}: name it by its id."
        )
    raise click.ClickException(f"There is no {wanted!r} {where}.")


def tell(told: Any, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    for home in told if isinstance(told, list) else [told]:
        click.echo(f"{home['id']}  {home['name']}  ({home['api']}, {home['owner']})")
        rooms = {one["id"]: one["name"] for one in home["ambients"]}
        for module in home["modules"]:
            room = rooms.get(module["ambient"], "")
            reach = "" if module["reach"] == "online" else f"  [{module['reach']}]"
            click.echo(f"  {module['id']}  {module['device']:16} {module['name']}  {room}{reach}")


def done(as_json: bool, sentence: str) -> None:
    if as_json:
        print_json({})
    else:
        click.echo(sentence)


def print_json(told: Any) -> None:
    import json

    click.echo(json.dumps(told))

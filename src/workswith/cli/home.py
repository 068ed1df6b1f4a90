"""``workswith home``: have homes, edit them, keep them, copy them. [DEV-4 SBX-3]"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click

from .folder import data_option, json_option

SOME = 250
"""So many homes are asked for at once, that progress can be seen."""

owner_option = click.option(
    "--owner",
    default="end_user",
    show_default=True,
    metavar="WHO",
    help="Whose: an e-mail address, or developer, end_user, operator.",
)
home_argument = click.argument("home", metavar="HOME")


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


@command.command()
@json_option
def templates(as_json: bool) -> None:
    """List what there is to have."""
    from workswith.devices.templates import TEMPLATES

    told = {
        name: [{"name": one.name, "api": one.api, "devices": len(one.pieces)} for one in homes]
        for name, homes in TEMPLATES.items()
    }
    if as_json:
        _print(told)
        return
    for name, homes in told.items():
        inside = ", ".join(f"{one['name']} ({one['api']}, {one['devices']})" for one in homes)
        click.echo(f"{name:20} {inside}")


@command.command("list")
@click.option("--owner", default="", metavar="WHO", help="Only those of one person.")
@data_option
@json_option
def list_(owner: str, data: Path, as_json: bool) -> None:
    """List the homes of the sandbox."""
    query = "?" + urlencode({"owner": owner}) if owner else ""
    homes = _Sandbox(data).ask("GET", query)
    if as_json:
        _print(homes)
        return
    for home in homes:
        shared = len(home["members"]) - 1
        more = f", shared with {shared}" if shared > 0 else ""
        click.echo(
            f"{home['id']}  {home['name']}  ({home['api']}, {len(home['modules'])} devices, "
            f"{home['owner']}{more})"
        )


@command.command()
@home_argument
@data_option
@json_option
def show(home: str, data: Path, as_json: bool) -> None:
    """Show what stands in a home."""
    sandbox = _Sandbox(data)
    _tell(sandbox.ask("GET", "/" + sandbox.id_of(home)), as_json)


@command.command()
@click.argument("template")
@click.option("--name", default="", help="What to call it.")
@click.option("--share", multiple=True, metavar="WHO", help="Who else sees it; repeatable.")
@click.option("--count", type=click.IntRange(1), help="So many of them; names are numbered.")
@owner_option
@data_option
@json_option
def create(
    template: str,
    name: str,
    share: tuple[str, ...],
    count: int | None,
    owner: str,
    data: Path,
    as_json: bool,
) -> None:
    """Furnish a home, or thousands; see `workswith home templates`."""
    body = {"template": template, "name": name, "share": list(share), "owner": owner}
    if count is None:
        _tell(_Sandbox(data).ask("POST", "", body), as_json)
        return
    made: list[dict[str, Any]] = []
    sandbox, asked = _Sandbox(data), 0
    with click.progressbar(length=count, label="Furnishing", file=sys.stderr) as progress:
        while asked < count:
            some = min(SOME, count - asked)
            made += sandbox.ask("POST", "", {**body, "count": some, "first": asked + 1})
            asked += some
            progress.update(some)
    if as_json:
        _print(made)
    else:
        devices = sum(one["devices"] for one in made)
        click.echo(f"{len(made)} homes with {devices} devices.")


@command.command()
@home_argument
@click.argument("name")
@data_option
@json_option
def rename(home: str, name: str, data: Path, as_json: bool) -> None:
    """Call a home something else."""
    sandbox = _Sandbox(data)
    _tell(sandbox.ask("PATCH", "/" + sandbox.id_of(home), {"name": name}), as_json)


@command.command()
@home_argument
@click.argument("a_month", type=click.IntRange(0, 30), metavar="A_MONTH")
@data_option
@json_option
def outages(home: str, a_month: int, data: Path, as_json: bool) -> None:
    """Let a home's connection drop by itself, so often a month; 0 for never.

    It is gone for minutes; when, follows from the home's ids and the clock.
    """
    sandbox = _Sandbox(data)
    _tell(sandbox.ask("PATCH", "/" + sandbox.id_of(home), {"outages": a_month}), as_json)


@command.command()
@home_argument
@click.option("--module", default="", metavar="DEVICE", help="Only this one: its id or name.")
@data_option
@json_option
def remove(home: str, module: str, data: Path, as_json: bool) -> None:
    """Take a home down, or one device out of it."""
    sandbox = _Sandbox(data)
    path = "/" + sandbox.id_of(home)
    if module:
        path += "/modules/" + sandbox.part_of(home, "modules", module)
    sandbox.ask("DELETE", path)
    _done(as_json, "Removed.")


@command.command()
@home_argument
@click.option("--module", default="", metavar="DEVICE", help="Only this one: its id or name.")
@data_option
@json_option
def reset(home: str, module: str, data: Path, as_json: bool) -> None:
    """Bring devices back to how they left the factory."""
    sandbox = _Sandbox(data)
    body = {"module": sandbox.part_of(home, "modules", module) if module else ""}
    told = sandbox.ask("POST", f"/{sandbox.id_of(home)}/reset", body)
    _print(told) if as_json else click.echo(f"{len(told['reset'])} reset.")


@command.command()
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
    sandbox = _Sandbox(data)
    path = "/" + sandbox.id_of(home)
    if goods == "room":
        told = sandbox.ask("POST", path + "/ambients", {"name": name or "Room"})
    else:
        ambient = sandbox.part_of(home, "ambients", room) if room else ""
        body = {"goods": goods, "name": name or goods, "ambient": ambient}
        told = sandbox.ask("POST", path + "/modules", body)
    _print(told) if as_json else click.echo(f"{told['id']}  {told['name']}")


@command.command()
@home_argument
@click.argument("module", metavar="DEVICE")
@click.argument("room", required=False, default="")
@data_option
@json_option
def move(home: str, module: str, room: str, data: Path, as_json: bool) -> None:
    """Put a device into another ROOM; without one it stands in no room."""
    sandbox = _Sandbox(data)
    device = sandbox.part_of(home, "modules", module)
    ambient = sandbox.part_of(home, "ambients", room) if room else ""
    path = f"/{sandbox.id_of(home)}/modules/{device}"
    _tell(sandbox.ask("PATCH", path, {"ambient": ambient}), as_json)


@command.command()
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
    sandbox = _Sandbox(data)
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
    _tell(sandbox.ask("PATCH", path, body), as_json)


@command.command()
@home_argument
@click.argument("who")
@click.option("--end", is_flag=True, help="Take it back.")
@data_option
@json_option
def share(home: str, who: str, end: bool, data: Path, as_json: bool) -> None:
    """Let WHO see and command a home."""
    sandbox = _Sandbox(data)
    path = f"/{sandbox.id_of(home)}/members"
    if end:
        sandbox.ask("DELETE", f"{path}/{quote(who, safe='')}")
        _done(as_json, "Taken back.")
    else:
        _tell(sandbox.ask("POST", path, {"account": who}), as_json)


@command.command()
@home_argument
@click.argument("name", required=False, default="")
@click.option("--remove", is_flag=True, help="Remove the snapshot of that name.")
@data_option
@json_option
def snapshot(home: str, name: str, remove: bool, data: Path, as_json: bool) -> None:
    """Keep a home as it is under NAME; without one, list what is kept."""
    sandbox = _Sandbox(data)
    path = f"/{sandbox.id_of(home)}/snapshots"
    if not name:
        kept = sandbox.ask("GET", path)
        if as_json:
            _print(kept)
        for one in () if as_json else kept:
            click.echo(f"{one['id']}  {one['taken_at']}  {one['name']}")
    elif remove:
        sandbox.ask("DELETE", f"{path}/{sandbox.snapshot_of(home, name)}")
        _done(as_json, "Removed.")
    else:
        told = sandbox.ask("POST", path, {"name": name})
        _print(told) if as_json else click.echo(f"{told['id']}  {told['name']}")


@command.command()
@home_argument
@click.argument("name")
@data_option
@json_option
def restore(home: str, name: str, data: Path, as_json: bool) -> None:
    """Bring a home back to the snapshot NAME."""
    sandbox = _Sandbox(data)
    path = f"/{sandbox.id_of(home)}/snapshots/{sandbox.snapshot_of(home, name)}/restore"
    _tell(sandbox.ask("POST", path, {}), as_json)


@command.command()
@home_argument
@click.option("--name", default="", help="What to call the copy.")
@click.option("--snapshot", "kept", default="", metavar="NAME", help="As it was then.")
@data_option
@json_option
def fork(home: str, name: str, kept: str, data: Path, as_json: bool) -> None:
    """Make a second home like this one is now, with ids of its own."""
    sandbox = _Sandbox(data)
    body = {"name": name, "snapshot": sandbox.snapshot_of(home, kept) if kept else ""}
    _tell(sandbox.ask("POST", f"/{sandbox.id_of(home)}/fork", body), as_json)


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=click.File("rb"))
@click.option("--keep-ids", is_flag=True, help="With the ids in the files, not with new ones.")
@click.option("--name", default="", help="What to call it.")
@owner_option
@data_option
@json_option
def import_(
    files: tuple[Any, ...], keep_ids: bool, name: str, owner: str, data: Path, as_json: bool
) -> None:
    """Build a home from what the real API answered, or from an export.

    FILES are the JSON answers of plants, topology and status (the last is optional), each in a
    file or several in an array; or a recording: a HAR file, or a log with one JSON object a line.
    Of a recording nothing but these answers is read. `-` reads the standard input.
    """
    import json

    from workswith.apis import har

    answers: list[Any] = []
    for file in files:
        raw = file.read()
        try:
            recorded = har.answers_of(raw)
            answer = json.loads(raw) if recorded is None else recorded
        except (ValueError, RecursionError) as error:
            which = getattr(file, "name", "-")
            raise click.ClickException(f"{which} is no JSON: {error}") from error
        answers += answer if isinstance(answer, list) else [answer]
    body = {"answers": answers, "keep_ids": keep_ids, "name": name, "owner": owner}
    _tell(_Sandbox(data).ask("POST", "/import", body), as_json)


@command.command()
@home_argument
@data_option
@json_option
def export(home: str, data: Path, as_json: bool) -> None:
    """Print a home as JSON, for `workswith home import`."""
    del as_json  # it is JSON anyway
    sandbox = _Sandbox(data)
    _print(sandbox.ask("GET", f"/{sandbox.id_of(home)}/export"))


class _Sandbox:
    """The sandbox in a folder, whose homes may be named."""

    def __init__(self, data: Path) -> None:
        from .folder import read_document

        self._document = read_document(data)
        self._homes: list[dict[str, Any]] | None = None

    def ask(self, method: str, path: str, body: object = None) -> Any:
        from .client import control

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


def _tell(told: Any, as_json: bool) -> None:
    if as_json:
        _print(told)
        return
    for home in told if isinstance(told, list) else [told]:
        click.echo(f"{home['id']}  {home['name']}  ({home['api']}, {home['owner']})")
        rooms = {one["id"]: one["name"] for one in home["ambients"]}
        for module in home["modules"]:
            room = rooms.get(module["ambient"], "")
            reach = "" if module["reach"] == "online" else f"  [{module['reach']}]"
            click.echo(f"  {module['id']}  {module['device']:16} {module['name']}  {room}{reach}")


def _done(as_json: bool, sentence: str) -> None:
    if as_json:
        _print({})
    else:
        click.echo(sentence)


def _print(told: Any) -> None:
    import json

    click.echo(json.dumps(told))

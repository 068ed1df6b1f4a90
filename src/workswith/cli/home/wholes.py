"""Homes as a whole: what there is to have, having and sharing one."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click

from workswith.cli.folder import data_option, json_option

from .sandbox import Sandbox, done, home_argument, owner_option, print_json, tell

SOME = 250
"""So many homes are asked for at once, that progress can be seen."""


@click.command()
@json_option
def templates(as_json: bool) -> None:
    """List what there is to have."""
    from workswith.devices.templates import TEMPLATES

    told = {
        name: [{"name": one.name, "api": one.api, "devices": len(one.pieces)} for one in homes]
        for name, homes in TEMPLATES.items()
    }
    if as_json:
        print_json(told)
        return
    for name, homes in told.items():
        inside = ", ".join(f"{one['name']} ({one['api']}, {one['devices']})" for one in homes)
        click.echo(f"{name:20} {inside}")


@click.command("list")
@click.option("--owner", default="", metavar="WHO", help="Only those of one person.")
@data_option
@json_option
def list_(owner: str, data: Path, as_json: bool) -> None:
    """List the homes of the sandbox."""
    query = "?" + urlencode({"owner": owner}) if owner else ""
    homes = Sandbox(data).ask("GET", query)
    if as_json:
        print_json(homes)
        return
    for home in homes:
        shared = len(home["members"]) - 1
        more = f", shared with {shared}" if shared > 0 else ""
        click.echo(
            f"{home['id']}  {home['name']}  ({home['api']}, {len(home['modules'])} devices, "
            f"{home['owner']}{more})"
        )


@click.command()
@home_argument
@data_option
@json_option
def show(home: str, data: Path, as_json: bool) -> None:
    """Show what stands in a home."""
    sandbox = Sandbox(data)
    tell(sandbox.ask("GET", "/" + sandbox.id_of(home)), as_json)


@click.command()
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
        tell(Sandbox(data).ask("POST", "", body), as_json)
        return
    made: list[dict[str, Any]] = []
    sandbox, asked = Sandbox(data), 0
    with click.progressbar(length=count, label="Furnishing", file=sys.stderr) as progress:
        while asked < count:
            some = min(SOME, count - asked)
            made += sandbox.ask("POST", "", {**body, "count": some, "first": asked + 1})
            asked += some
            progress.update(some)
    if as_json:
        print_json(made)
    else:
        devices = sum(one["devices"] for one in made)
        click.echo(f"{len(made)} homes with {devices} devices.")


@click.command()
@home_argument
@click.argument("name")
@data_option
@json_option
def rename(home: str, name: str, data: Path, as_json: bool) -> None:
    """Call a home something else."""
    sandbox = Sandbox(data)
    tell(sandbox.ask("PATCH", "/" + sandbox.id_of(home), {"name": name}), as_json)


@click.command()
@home_argument
@click.argument("a_month", type=click.IntRange(0, 30), metavar="A_MONTH")
@data_option
@json_option
def outages(home: str, a_month: int, data: Path, as_json: bool) -> None:
    """Let a home's connection drop by itself, so often a month; 0 for never.

    It is gone for minutes; when, follows from the home's ids and the clock.
    """
    sandbox = Sandbox(data)
    tell(sandbox.ask("PATCH", "/" + sandbox.id_of(home), {"outages": a_month}), as_json)


@click.command()
@home_argument
@click.argument("who")
@click.option("--end", is_flag=True, help="Take it back.")
@data_option
@json_option
def share(home: str, who: str, end: bool, data: Path, as_json: bool) -> None:
    """Let WHO see and command a home."""
    sandbox = Sandbox(data)
    path = f"/{sandbox.id_of(home)}/members"
    if end:
        sandbox.ask("DELETE", f"{path}/{quote(who, safe='')}")
        done(as_json, "Taken back.")
    else:
        tell(sandbox.ask("POST", path, {"account": who}), as_json)

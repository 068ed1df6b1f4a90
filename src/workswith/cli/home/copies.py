"""Homes kept as they are: snapshots, forks, files."""

from pathlib import Path
from typing import Any

import click

from workswith.cli.folder import data_option, json_option

from .sandbox import Sandbox, done, home_argument, owner_option, print_json, tell


@click.command()
@home_argument
@click.argument("name", required=False, default="")
@click.option("--remove", is_flag=True, help="Remove the snapshot of that name.")
@data_option
@json_option
def snapshot(home: str, name: str, remove: bool, data: Path, as_json: bool) -> None:
    """Keep a home as it is under NAME; without one, list what is kept."""
    sandbox = Sandbox(data)
    path = f"/{sandbox.id_of(home)}/snapshots"
    if not name:
        kept = sandbox.ask("GET", path)
        if as_json:
            print_json(kept)
        for one in () if as_json else kept:
            click.echo(f"{one['id']}  {one['taken_at']}  {one['name']}")
    elif remove:
        sandbox.ask("DELETE", f"{path}/{sandbox.snapshot_of(home, name)}")
        done(as_json, "Removed.")
    else:
        told = sandbox.ask("POST", path, {"name": name})
        print_json(told) if as_json else click.echo(f"{told['id']}  {told['name']}")


@click.command()
@home_argument
@click.argument("name")
@data_option
@json_option
def restore(home: str, name: str, data: Path, as_json: bool) -> None:
    """Bring a home back to the snapshot NAME."""
    sandbox = Sandbox(data)
    path = f"/{sandbox.id_of(home)}/snapshots/{sandbox.snapshot_of(home, name)}/restore"
    tell(sandbox.ask("POST", path, {}), as_json)


@click.command()
@home_argument
@click.option("--name", default="", help="What to call the copy.")
@click.option("--snapshot", "kept", default="", metavar="NAME", help="As it was then.")
@data_option
@json_option
def fork(home: str, name: str, kept: str, data: Path, as_json: bool) -> None:
    """Make a second home like this one is now, with ids of its own."""
    sandbox = Sandbox(data)
    body = {"name": name, "snapshot": sandbox.snapshot_of(home, kept) if kept else ""}
    tell(sandbox.ask("POST", f"/{sandbox.id_of(home)}/fork", body), as_json)


@click.command("import")
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
    tell(Sandbox(data).ask("POST", "/import", body), as_json)


@click.command()
@home_argument
@data_option
@json_option
def export(home: str, data: Path, as_json: bool) -> None:
    """Print a home as JSON, for `workswith home import`."""
    del as_json  # it is JSON anyway
    sandbox = Sandbox(data)
    print_json(sandbox.ask("GET", f"/{sandbox.id_of(home)}/export"))

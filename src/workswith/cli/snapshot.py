"""``workswith snapshot``: keep how a whole sandbox is, and go back to it. [SBX-2]"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from .folder import data_option, json_option


@click.group()
def command() -> None:
    r"""Keep how the whole sandbox is, and go back to it: homes, tokens, quota, clock, everything.

    \b
    workswith snapshot save before           keep it
    workswith snapshot restore before        as it was; what is now is gone unless saved
    workswith snapshot reset                 as after the first start
    workswith snapshot fork winter           keep it, and go on under a name of its own
    workswith snapshot fork summer --from before
    workswith snapshot list
    """


@command.command()
@click.argument("name")
@data_option
@json_option
def save(name: str, data: Path, as_json: bool) -> None:
    """Keep the present state as NAME, in place of what had this name."""
    saved = _ask(data, "POST", "/snapshots", {"name": name})
    _say(saved, as_json, f"Saved as {name} ({_size(saved['bytes'])}, {saved['saved_at']}).")


@command.command()
@click.argument("name")
@data_option
@json_option
def restore(name: str, data: Path, as_json: bool) -> None:
    """Make everything as it was when NAME was saved; the clock too."""
    restored = _ask(data, "POST", f"/snapshots/{quote(name, safe='')}/restore")
    _say(restored, as_json, f"Everything is as at {restored['saved_at']}.")


@command.command()
@data_option
@json_option
def reset(data: Path, as_json: bool) -> None:
    """Make everything as after the first start."""
    restored = _ask(data, "POST", "/reset")
    _say(restored, as_json, f"Everything is as at {restored['saved_at']}, after the first start.")


@command.command()
@click.argument("name")
@click.option("--from", "origin", default="", metavar="STATE", help="A saved state; default: now.")
@data_option
@json_option
def fork(name: str, origin: str, data: Path, as_json: bool) -> None:
    """Go on as NAME; the present state is saved under the name that it has."""
    body = {"name": name, **({"from": origin} if origin else {})}
    forked = _ask(data, "POST", "/fork", body)
    _say(forked, as_json, f"This is now {name}, which began as {forked['from']}.")


@command.command("list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """List the saved states."""
    found = _ask(data, "GET", "/snapshots")
    if as_json:
        _say(found, as_json, "")
        return
    from .table import show

    show(
        ("Name", "Saved at", "Began as", "Size"),
        [
            (one["name"], one["saved_at"], one["from"], _size(one["bytes"]))
            for one in found["snapshots"]
        ],
    )
    present = found["present"]
    click.echo(f"The sandbox goes on as {present['name']}, from {present['from']}.", err=True)


@command.command()
@click.argument("name")
@data_option
def remove(name: str, data: Path) -> None:
    """Remove the saved state NAME."""
    _ask(data, "DELETE", f"/snapshots/{quote(name, safe='')}")
    click.echo(f"{name} is removed.")


def _ask(data: Path, method: str, path: str, body: object = None) -> Any:
    from .client import control
    from .folder import read_document

    return control(read_document(data), method, path, body)


def _say(answer: object, as_json: bool, sentence: str) -> None:
    import json

    click.echo(json.dumps(answer) if as_json else sentence)


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"

"""``workswith deviation``: turn what the original is known to do otherwise. [SBX-3]"""

from pathlib import Path
from typing import Any

import click

from .folder import data_option, json_option


@click.group()
def command() -> None:
    r"""Let a running sandbox deviate as the original is known to do at times.

    \b
    workswith deviation list
    workswith deviation set quota-status 429       the quota is spent with 429, not 403
    workswith deviation set token-numbers string   expires_in comes as a string
    workswith deviation reset                      everything as usual again
    """


@command.command("list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """Show every switch and how it stands."""
    _show(_ask(data, "GET"), as_json)


@command.command("set")
@click.argument("name")
@click.argument("choice")
@data_option
@json_option
def set_(name: str, choice: str, data: Path, as_json: bool) -> None:
    """Turn the switch NAME to CHOICE."""
    _show(_ask(data, "POST", {name: choice}), as_json)


@command.command()
@data_option
@json_option
def reset(data: Path, as_json: bool) -> None:
    """Turn everything back to what is usual."""
    _show(_ask(data, "DELETE"), as_json)


def _ask(data: Path, method: str, body: object = None) -> Any:
    from .client import control
    from .folder import read_document

    return control(read_document(data), method, "/deviations", body)


def _show(switches: list[dict[str, Any]], as_json: bool) -> None:
    import json

    from .table import show

    if as_json:
        click.echo(json.dumps(switches, ensure_ascii=False))
        return
    show(
        ("switch", "is", "may be", "what it does"),
        [(one["name"], one["is"], " ".join(one["choices"]), one["what"]) for one in switches],
    )

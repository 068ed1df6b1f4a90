"""``workswith quota``: how much of a user's day is spent, and what if it were more. [SBX-3]"""

from pathlib import Path
from typing import Any

import click

from .folder import data_option, json_option

user_option = click.option(
    "--user",
    default="end_user",
    show_default=True,
    help="Whose day: end_user, developer or operator.",
)


@click.group()
def command() -> None:
    r"""Read and set how many calls of a user's day are counted.

    \b
    workswith quota show
    workswith quota set --left 3     the fourth call from now on is refused
    workswith quota set --used 500
    workswith quota reset            a whole day again
    """


@command.command()
@user_option
@data_option
@json_option
def show(user: str, data: Path, as_json: bool) -> None:
    """Print what is used and left today."""
    from urllib.parse import urlencode

    _show(_ask(data, "GET", f"/quota?{urlencode({'user': user})}"), as_json)


@command.command("set")
@click.option("--used", type=click.IntRange(0), help="As if so many calls had been made.")
@click.option("--left", type=click.IntRange(0), help="So many calls may still be made.")
@user_option
@data_option
@json_option
def set_(used: int | None, left: int | None, user: str, data: Path, as_json: bool) -> None:
    """Set what counts as used today."""
    if (used is None) == (left is None):
        raise click.UsageError("Give --used or --left.")
    amount = {"used": used} if left is None else {"left": left}
    _show(_ask(data, "POST", "/quota", {"user": user, **amount}), as_json)


@command.command()
@user_option
@data_option
@json_option
def reset(user: str, data: Path, as_json: bool) -> None:
    """Count no call of today."""
    _show(_ask(data, "POST", "/quota", {"user": user, "used": 0}), as_json)


def _ask(data: Path, method: str, path: str, body: object = None) -> Any:
    from .client import control
    from .folder import read_document

    return control(read_document(data), method, path, body)


def _show(answer: dict[str, Any], as_json: bool) -> None:
    import json

    if as_json:
        click.echo(json.dumps(answer))
        return
    click.echo(
        f"{answer['used']} of {answer['limit']} calls used, {answer['left']} left "
        f"until {answer['replenished_at']}"
    )

"""``workswith key``: the subscription keys of the seeded developer. [SBX-3]

``workswith keys`` is about those that sign tokens.
"""

from pathlib import Path

import click

from .folder import data_option, json_option


@click.group()
def command() -> None:
    r"""Show and roll the subscription keys.

    \b
    workswith key show
    workswith key roll               replace the primary key; the old one stops at once
    workswith key roll secondary
    """


@command.command()
@data_option
@json_option
def show(data: Path, as_json: bool) -> None:
    """Print both subscription keys."""
    import json

    from .folder import read_document

    keys = read_document(data)["subscription"]
    if as_json:
        click.echo(json.dumps(keys))
        return
    for which in ("primary", "secondary"):
        click.echo(f"{which:<10}{keys[f'{which}_key']}")


@command.command()
@click.argument("which", type=click.Choice(["primary", "secondary"]), default="primary")
@data_option
@json_option
def roll(which: str, data: Path, as_json: bool) -> None:
    """Replace a subscription key; calls with the old one are refused from now on."""
    import json

    from .client import control
    from .folder import read_document

    rolled = control(read_document(data), "POST", f"/keys/{which}/roll")
    click.echo(json.dumps(rolled) if as_json else rolled["key"])

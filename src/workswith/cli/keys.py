"""``workswith keys``: the keys that sign tokens. [OID-6]

A running cloud on the same database follows within a second.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .folder import data_option, json_option
from .installation import config_option, with_areas

if TYPE_CHECKING:
    from workswith.app import Areas
    from workswith.identity.keys import Listed


@click.group()
def command() -> None:
    """List, rotate or replace the keys that sign tokens."""


@command.command("list")
@data_option
@config_option
@json_option
def list_(data: Path, config: Path | None, as_json: bool) -> None:
    """Show the keys: which one signs, which one comes next, which ones still verify."""

    async def work(areas: "Areas") -> "list[Listed]":
        return await areas.identity.keys.listed()

    _show(with_areas(config, data, work), as_json)


@command.command()
@data_option
@config_option
@json_option
@click.option(
    "--now", "at_once", is_flag=True, help="Also when the next key is younger than a day."
)
def rotate(data: Path, config: Path | None, as_json: bool, at_once: bool) -> None:
    """Let the next key sign from now on; tokens of the present one stay good until their end."""
    from workswith.identity.keys import PUBLISHED_BEFORE
    from workswith.kernel.clock import HOUR

    async def work(areas: "Areas") -> "list[Listed]":
        next_ = [key for key in await areas.identity.keys.listed() if key.state == "next"]
        age = areas.kernel.clock.now() - next_[0].created_at if next_ else 0
        if age < PUBLISHED_BEFORE and not at_once:
            raise click.ClickException(
                f"The next key is published for {age // HOUR} h only. Programs that keep the key "
                "set for a day would meet an unknown key. To rotate all the same: --now"
            )
        await areas.identity.keys.rotate()
        return await areas.identity.keys.listed()

    _show(with_areas(config, data, work), as_json)


@command.command()
@data_option
@config_option
@json_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def emergency(data: Path, config: Path | None, as_json: bool, yes: bool) -> None:
    """After a theft: a fresh key signs at once, and no token of an earlier one is accepted."""
    if not yes:
        click.confirm("Refuse every access and id token that has been issued so far?", abort=True)

    async def work(areas: "Areas") -> "list[Listed]":
        await areas.identity.keys.replace_all()
        return await areas.identity.keys.listed()

    _show(with_areas(config, data, work), as_json)


def _show(keys: "list[Listed]", as_json: bool) -> None:
    from workswith.kernel.clock import iso

    rows = [
        {
            "kid": key.kid,
            "state": key.state,
            "created": iso(key.created_at),
            "since": iso(key.changed_at),
        }
        for key in keys
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['state']:<9} {row['kid']}  since {row['since']}")

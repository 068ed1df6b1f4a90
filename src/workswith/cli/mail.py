"""``workswith mail``: the sandbox's mailbox in the terminal."""

from pathlib import Path

import click

from .folder import data_option, json_option


@click.command()
@click.argument("to", default="")
@data_option
@json_option
def command(to: str, data: Path, as_json: bool) -> None:
    """Show the mails that the sandbox sent, the newest first; only those to TO if given."""
    import json
    from urllib.parse import quote

    from .client import control
    from .folder import read_document

    mails = control(read_document(data), "GET", f"/mail?to={quote(to)}")
    if as_json:
        click.echo(json.dumps(mails))
        return
    if not mails:
        click.echo("No mail yet.")
    for mail in mails:
        click.secho(mail["subject"], bold=True)
        click.secho(f"{mail['posted_at']}  to {mail['to']}", dim=True)
        click.echo(mail["text"].rstrip() + "\n")

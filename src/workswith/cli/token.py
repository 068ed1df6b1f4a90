"""``workswith token``: tokens without a browser. [SBX-1]"""

from pathlib import Path

import click

from .folder import data_option, json_option


@click.group()
def command() -> None:
    r"""Have tokens without a browser.

    \b
    workswith token mint
    workswith token mint --user developer --scope "comfort.read offline_access"
    curl -H "Authorization: Bearer $(workswith token mint)" …
    """


@command.command()
@click.option(
    "--user",
    default="end_user",
    show_default=True,
    help="Who consents: end_user, developer or operator.",
)
@click.option("--scope", default="", help="Some of the application's scopes; default: all.")
@data_option
@json_option
def mint(user: str, scope: str, data: Path, as_json: bool) -> None:
    """Print a fresh access token of the sample application; --json prints the pair."""
    import json

    from .client import control
    from .folder import read_document

    document = read_document(data)
    made = control(document, "POST", "/tokens", {"user": user, "scope": scope})
    click.echo(json.dumps(made) if as_json else made["access_token"])

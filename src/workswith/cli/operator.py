"""``workswith operator``: the first people of a production installation."""

from pathlib import Path

import click

from .installation import config_option, read_settings


@click.group()
def command() -> None:
    r"""Let somebody operate a production installation.

    \b
    workswith operator add olga@maker.example --first-name Olga --surname Operator
    """


@command.command()
@click.argument("email")
@click.option("--first-name", required=True)
@click.option("--surname", required=True)
@click.option(
    "--password-stdin", is_flag=True, help="Read the password's line instead of asking for it."
)
@config_option
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
def add(
    email: str,
    first_name: str,
    surname: str,
    password_stdin: bool,
    config: Path | None,
    data: Path | None,
) -> None:
    """Make an account that approves subscriptions and applications."""
    import asyncio
    import sys

    from workswith.app import opened
    from workswith.app.service import origins_of
    from workswith.kernel.problem import Problem

    settings = read_settings(config)
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)

    async def make() -> None:
        folder = (data or Path(settings.data)).absolute()
        async with opened(settings, folder, origins_of(settings).portal) as areas:
            accounts = areas.identity.accounts
            await accounts.create("operator", email, first_name, surname, password)

    try:
        asyncio.run(make())
    except FileNotFoundError:
        raise click.ClickException("There is no installation yet; run `workswith serve`.") from None
    except Problem as problem:
        raise click.ClickException(problem.detail) from problem
    except ValueError as error:
        raise click.ClickException(f"Settings: {error}") from error
    click.echo(f"{email} may operate this installation.")

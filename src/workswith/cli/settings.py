"""``workswith settings``: the commented file."""

import click


@click.command()
def command() -> None:
    """Print every setting with its default and a sentence, as a TOML file ready to be edited."""
    from workswith.kernel.settings import as_toml
    from workswith.settings import Settings

    click.echo(as_toml(Settings), nl=False)

"""``workswith completion``: what a shell needs to complete commands."""

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    r"""Print the completion script for SHELL.

    \b
    bash   workswith completion bash > ~/.local/share/bash-completion/completions/workswith
    zsh    workswith completion zsh > "${fpath[1]}/_workswith"
    fish   workswith completion fish > ~/.config/fish/completions/workswith.fish
    """
    from click.shell_completion import get_completion_class

    from . import commands

    made = get_completion_class(shell)
    assert made is not None  # noqa: S101  click knows all of SHELLS
    click.echo(made(commands, {}, "workswith", "_WORKSWITH_COMPLETE").source())

"""The command line: ``workswith up`` and what talks to a running sandbox.

A command's own imports stand inside it, so that ``--help`` answers at once.
"""

import importlib
from typing import Any

import click

from workswith import __version__

_COMMANDS = {
    "up": "Start the whole cloud on this machine.",
    "serve": "Serve a production installation, with many processes.",
    "worker": "Do the background work of a production installation.",
    "operator": "Let somebody operate a production installation.",
    "clock": "Read or move the clock of a running sandbox.",
    "home": "Have simulated homes, edit, keep and copy them.",
    "device": "Touch simulated devices, pull their cable, make them silent.",
    "week": "Draw what a simulated room goes through.",
    "fault": "Cause what goes wrong, whole incidents too, and end it.",
    "deviation": "Let the sandbox deviate as the original does at times.",
    "coverage": "Show which documented errors and states a client has met.",
    "quota": "Read and set how many calls of a day are counted.",
    "token": "Have tokens without a browser.",
    "key": "Show and roll the subscription keys.",
    "call": "Send any call, with key and token filled in.",
    "events": "Watch what happens to devices.",
    "snapshot": "Keep how the whole sandbox is, and go back to it.",
    "mail": "Show the mails that the sandbox sent.",
    "webhooks": "Receive notifications, and look after endpoints.",
    "openapi": "Print the OpenAPI document of an API.",
    "postman": "Print a Postman collection for a running sandbox.",
    "gateway": "Let real gateways connect over MQTT, and run a simulated one.",
    "hosts": "Print what makes the original's host names lead here.",
    "trust": "Print how programs come to trust the sandbox's certificates.",
    "env": "Print the running sandbox as variables, for shells and CI.",
    "keys": "List, rotate or replace the keys that sign tokens.",
    "doctor": "Check the login service against RFC 9700, item by item.",
    "settings": "Print every setting with its default, as a commented file.",
    "completion": "Print what a shell needs to complete commands.",
}


class _Lazy(click.Group):
    """Imports a command's module when it is called, not when its name is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"workswith.cli.{cmd_name}")
        command: click.Command = module.command
        return as_written(command)

    def invoke(self, ctx: click.Context) -> Any:
        """What only its user finds wrong with a setting, as a sentence and not as a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from workswith.kernel.settings import SettingsError

            if isinstance(error, SettingsError):
                raise click.ClickException(f"Settings: {error}") from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def as_written(command: click.Command) -> click.Command:
    """Tells click which lines of a raw docstring stay as they are: those below a backslash and b."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    for child in getattr(command, "commands", {}).values():
        as_written(child)
    return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workswith")
def commands(**_: Any) -> None:
    r"""A complete Works with … cloud: portal, login, gateway, devices and webhooks.

    \b
    workswith up                     start it; the first steps are printed
    workswith clock advance 1d       let a day pass
    workswith webhooks listen        watch notifications arrive
    """


as_written(commands)

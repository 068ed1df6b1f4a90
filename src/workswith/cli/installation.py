"""What commands that work on an installation itself have in common: its settings, its folder."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from click.core import ParameterSource

from .folder import DOCUMENT, read_document
from .variables import settings_environ

if TYPE_CHECKING:
    from workswith.app import Areas
    from workswith.settings import Settings

T = TypeVar("T")

config_option = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A settings file; `workswith settings` prints one.",
)

parent_option = click.option("--parent", type=int, hidden=True)
"""The process that has started this one, and that it ends with."""


def read_settings(config: Path | None) -> "Settings":
    """Ends the command for settings that cannot be read."""
    from workswith.kernel.settings import SettingsError, load
    from workswith.settings import Settings

    try:
        return load(Settings, config, settings_environ())
    except SettingsError as error:
        raise click.ClickException(f"Settings: {error}") from error


def with_areas(config: Path | None, data: Path, work: Callable[["Areas"], Awaitable[T]]) -> T:
    """Runs ``work`` on the installation in ``data``, whether it is served at the moment or not.

    Where ``--data`` was not given, the settings say which folder it is.
    """
    from workswith.app import opened

    settings = read_settings(config)
    if click.get_current_context().get_parameter_source("data") is ParameterSource.DEFAULT:
        data = Path(settings.data)
    origin = _login_of(settings, data)

    async def run() -> T:
        async with opened(settings, data, origin) as areas:
            return await work(areas)

    try:
        return asyncio.run(run())
    except FileNotFoundError:
        raise click.ClickException(f"There is no installation in {data}.") from None


def _login_of(settings: "Settings", data: Path) -> str:
    """The address of the login service: as a production installation is told, or a sandbox says."""
    served = settings.service.login or settings.service.portal
    if served and not (data / DOCUMENT).exists():
        return served.rstrip("/")
    return str(read_document(data)["origins"]["login"])

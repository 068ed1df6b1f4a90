"""``workswith worker``: the background work of a production installation."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .installation import config_option, parent_option, read_settings

if TYPE_CHECKING:
    from workswith.settings import Settings


@click.command()
@config_option
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
@parent_option
def command(config: Path | None, data: Path | None, parent: int | None) -> None:
    """Do the background work of an installation: notifications, mails, tidying.

    Any number may run, on any machine that reaches the database and has the data folder's
    instance.key. `workswith serve` starts one itself unless told otherwise. SIGTERM ends it once
    what it has in hand is done. Exit codes: 0 after a signal, 1 where it cannot start.
    """
    import asyncio

    from workswith.app.service import origins_of
    from workswith.kernel import log

    settings = read_settings(config)
    log.configure(settings.log.level, as_json=settings.log.as_json)
    folder = (data or Path(settings.data)).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        origins_of(settings)
    except ValueError as error:
        raise click.ClickException(f"Settings: {error}") from None
    if sys.platform != "win32":
        import uvloop

        uvloop.run(_work(settings, folder, parent))
    else:
        asyncio.run(_work(settings, folder, parent))


async def _work(settings: "Settings", data: Path, parent: int | None) -> None:
    import asyncio
    import signal

    from workswith.app.service import open_service

    from .processes import follow

    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    following = asyncio.create_task(follow(parent)) if parent else None
    service = await open_service(settings, data, background=True)
    try:
        await over.wait()
    finally:
        if following:
            following.cancel()
        await service.close()

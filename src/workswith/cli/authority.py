"""The authority that vouches for a sandbox that runs, or ran last, in a data folder."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .folder import read_document

if TYPE_CHECKING:
    from workswith.sandbox.authority import Authority


def of_sandbox(data: Path) -> "Authority":
    """Ends the command where the sandbox speaks plain http, to which nobody vouches."""
    from workswith.sandbox.authority import Authority

    file = read_document(data).get("ca_file")
    if not file:
        raise click.ClickException(
            "This sandbox speaks plain http. Start it with --tls or --original-hosts."
        )
    return Authority(Path(file).parent)


def trusted_by(data: Path) -> "Authority":
    """Whose certificates the sandbox takes where it delivers notifications."""
    from workswith.sandbox.authority import Authority

    return of_sandbox(data) if read_document(data).get("ca_file") else Authority(data / "tls")

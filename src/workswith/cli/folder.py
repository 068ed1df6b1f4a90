"""The data folder: which one, and what a running sandbox wrote into it."""

import json
import os
from pathlib import Path
from typing import Any

import click

from .variables import DATA

DEFAULT = ".workswith"
DOCUMENT = "sandbox.json"

data_option = click.option(
    "--data",
    "data",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: Path(os.environ.get(DATA, DEFAULT)),
    show_default=DEFAULT,
    help="The data folder.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def read_document(data: Path) -> dict[str, Any]:
    """``sandbox.json`` of the sandbox in ``data``. Ends the command where there is none."""
    try:
        document: dict[str, Any] = json.loads((data / DOCUMENT).read_text("utf-8"))
    except FileNotFoundError:
        raise click.ClickException(
            f"There is no sandbox in {data}. Start one with: workswith up"
        ) from None
    except (OSError, json.JSONDecodeError) as error:
        raise click.ClickException(f"{data / DOCUMENT} cannot be read: {error}") from error
    return document

"""``workswith env``: the running sandbox as variables, for shells, files and CI. [SBX-4]"""

from collections.abc import Callable
from pathlib import Path

import click

from .folder import data_option


def _sh(name: str, value: str) -> str:
    import shlex

    return f"export {name}={shlex.quote(value)}"


def _fish(name: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{quoted}'"


def _powershell(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"$env:{name} = '{quoted}'"


def _dotenv(name: str, value: str) -> str:
    return f"{name}={value}"


FORMATS: dict[str, Callable[[str, str], str]] = {
    "sh": _sh,
    "fish": _fish,
    "powershell": _powershell,
    "dotenv": _dotenv,
}


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice([*FORMATS, "json"]),
    default="sh",
    show_default=True,
    help="For which shell, or as a file for CI.",
)
@data_option
def command(format_: str, data: Path) -> None:
    r"""Print the variables of the running sandbox: addresses, credentials, certificates.

    \b
    eval "$(workswith env)"                                this shell knows them
    workswith env --format dotenv >> "$GITHUB_ENV"         the steps that follow, in CI
    workswith env --format powershell | Invoke-Expression  PowerShell
    """
    import json

    values = variables_of(data)
    if format_ == "json":
        click.echo(json.dumps(values))
        return
    for name, value in values.items():
        click.echo(FORMATS[format_](name, value))


def variables_of(data: Path) -> dict[str, str]:
    """Names and values, with those that make Python, Node, Java and curl trust its certificates."""
    from . import variables
    from .folder import read_document

    document = read_document(data)
    return {**variables.of(document), **(_trust(data) if document.get("ca_file") else {})}


def _trust(data: Path) -> dict[str, str]:
    from workswith.sandbox.authority import KEYSTORE_PASSWORD
    from workswith.sandbox.recipes import java_options

    from .authority import of_sandbox

    authority = of_sandbox(data)
    bundle = str(authority.bundle())
    return {
        "SSL_CERT_FILE": bundle,
        "REQUESTS_CA_BUNDLE": bundle,
        "CURL_CA_BUNDLE": bundle,
        "NODE_EXTRA_CA_CERTS": str(authority.certificate_file),
        "JAVA_TOOL_OPTIONS": java_options(authority.keystore(), KEYSTORE_PASSWORD),
    }

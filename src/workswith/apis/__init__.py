"""One document and one module of handlers for each API."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from workswith.contracts import ContractError, Document, load
from workswith.contracts.completeness import flaws

NAMES = (
    "echo",
    "smarther",
    "home_control",
    "smarther_v1",
    "multisocket",
    "myhome_up",
    "emergency_lighting",
    "classe_100x",
    "notifications",
)
"""In the order in which they are listed; each is a ``.yaml`` and a ``.py`` of this name."""


@cache  # they belong to the program; a sandbox is built anew many times in one process
def documents() -> Mapping[str, Document]:
    """Every document by its name, compiled and complete. Raises `ContractError` for one with flaws."""
    folder = Path(__file__).parent
    found = {name: load(folder / f"{name}.yaml") for name in NAMES}
    for document in found.values():
        if wrong := flaws(document):
            raise ContractError(f"{document.title} ({document.slug})", wrong)
    return found

"""One document and one module of handlers for each API."""

from pathlib import Path

from workswith.contracts import Document, load

NAMES = (
    "echo",
    "smarther",
    "home_control",
    "smarther_v1",
    "multisocket",
    "myhome_up",
    "emergency_lighting",
    "classe_100x",
)
"""In the order in which they are listed; each is a ``.yaml`` and a ``.py`` of this name."""


def documents() -> dict[str, Document]:
    """Every document by its name, compiled. Raises `ContractError` for one with flaws."""
    folder = Path(__file__).parent
    return {name: load(folder / f"{name}.yaml") for name in NAMES}

"""Recipes for people: a heading each, commands that can be copied, and how they are undone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from workswith.sandbox.recipes import Recipe


def show(recipes: "Sequence[Recipe]") -> None:
    """Prints them one below the other; click leaves colours out of a pipe."""
    for recipe in recipes:
        click.echo()
        click.secho(f"# {recipe.place}", bold=True)
        for line in recipe.commands:
            click.echo(line)
        for line in recipe.undo:
            click.secho(f"# undo: {line}", dim=True)

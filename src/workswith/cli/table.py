"""Rows for people: a table with colour in a terminal, plain columns in a pipe."""

from collections.abc import Sequence

import click


def show(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints rows under their columns. What a row says is never cut."""
    import sys

    texts = [[_text(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in [[each.upper() for each in columns], *texts]:
            click.echo("\t".join(row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", style="cyan" if place == 0 else "")
    for row in texts:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)

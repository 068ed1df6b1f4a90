"""Rows for people: a table with colour in a terminal, plain columns in a pipe."""

from collections.abc import Sequence

import click

SHORT = 12
"""A column whose cells have at most so many characters is not folded; long ones make room."""


def show(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, foldable: bool = True
) -> None:
    """Prints rows under their columns. What a row says is never cut.

    Rows that are not ``foldable``, because people copy an id out of them, stay lines where the
    terminal is too narrow for the table.
    """
    import shutil
    import sys

    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(map(len, cells)) for cells in zip(columns, *texts, strict=True)]
    if not sys.stdout.isatty():
        for row in [[each.upper() for each in columns], *texts]:
            click.echo("\t".join(row))
        return
    if not foldable and sum(widths) + 3 * len(widths) > shutil.get_terminal_size().columns:
        for row in [list(columns), *texts]:
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            click.echo("  ".join(padded).rstrip())
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(
            column,
            overflow="fold",
            no_wrap=widths[place] <= SHORT,
            style="cyan" if place == 0 else "",
        )
    for row in texts:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)

"""Writes the tables of docs/physics.md anew."""

from .table import BEGINS, ENDS, PAGE, tables

if __name__ == "__main__":
    page = PAGE.read_text()
    head, rest = page.split(BEGINS)
    _, tail = rest.split(ENDS)
    PAGE.write_text(f"{head}{BEGINS}{tables()}{ENDS}{tail}")

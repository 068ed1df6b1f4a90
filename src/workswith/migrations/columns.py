"""Columns that differ between SQLite and PostgreSQL, so that migrations need not know."""

from typing import Any

import sqlalchemy as sa


def counted_id() -> sa.Column[Any]:
    """A primary key that the database counts up, may have gaps.

    Tables that have one pass ``sqlite_autoincrement=True``, so that an id is never used twice.
    """
    return sa.Column(
        "id",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    )

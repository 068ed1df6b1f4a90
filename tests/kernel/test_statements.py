"""Every statement of the program is understood by both databases.

A misspelt table or column fails here, before the statement is ever called.
"""

import importlib
import pkgutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import asyncpg
import pytest

import workswith
from workswith.kernel.database import Statement
from workswith.kernel.slices import Series


def _modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(workswith.__path__, "workswith."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            yield module.name


def _statements() -> list[tuple[str, str, Statement]]:
    """(name, the only dialect it is for or "", statement); in a table by dialect it is for one."""
    found: dict[int, tuple[str, str, Statement]] = {}
    for name in _modules():
        for attribute, value in vars(importlib.import_module(name)).items():
            if isinstance(value, Series):
                for dialect, one in value.statements:
                    found[id(one)] = (f"{name}.{attribute}", dialect, one)
            pairs = list(value.items()) if isinstance(value, dict) else [("", value)]
            for key, each in ((key, each) for key, several in pairs for each in _each(several)):
                if isinstance(each, Statement):
                    dialect = key if key in ("sqlite", "postgresql") else ""
                    found[id(each)] = (f"{name}.{attribute}", dialect, each)
    return sorted(found.values(), key=lambda row: row[0])


def _each(value: object) -> Sequence[object]:
    return value if isinstance(value, tuple | list) else [value]


STATEMENTS = _statements()


def test_there_are_statements() -> None:
    assert len(STATEMENTS) > 5


def test_sqlite_understands_them(sqlite_template: Path) -> None:
    connection = sqlite3.connect(sqlite_template)
    wrong = []
    for name, dialect, statement in STATEMENTS:
        if dialect == "postgresql":
            continue
        try:
            connection.execute(f"EXPLAIN {statement.text}", dict.fromkeys(statement.names))
        except sqlite3.Error as error:
            wrong.append(f"{name}: {error}")
    connection.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.asyncio
async def test_postgresql_understands_them(postgres_url: str, postgres_template: str) -> None:
    # A template database must have no other session, so it is looked at through a copy.
    admin = await asyncpg.connect(postgres_url.format(name="postgres"))
    await admin.execute(f"CREATE DATABASE statements TEMPLATE {postgres_template}")
    await admin.close()
    connection = await asyncpg.connect(postgres_url.format(name="statements"))
    wrong = []
    for name, dialect, statement in STATEMENTS:
        if dialect == "sqlite":
            continue
        try:
            await connection.prepare(statement.numbered)
        except asyncpg.PostgresError as error:
            wrong.append(f"{name}: {error}")
    await connection.close()
    assert not wrong, "\n".join(wrong)

"""How Alembic reaches the database; called by ``workswith.kernel.database.migrate``."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine

LOCK = 6_927_001
"""Any number, the same in every process: the advisory lock under which migrations run."""


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


async def run_postgresql(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(
        url.replace("postgres://", "postgresql://", 1).replace(
            "postgresql://", "postgresql+asyncpg://", 1
        )
    )
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


def whole_transactions(engine: Engine) -> None:
    """Makes sqlite3 leave transactions alone, so that a migration happens wholly or not at all.

    By itself the driver commits before each CREATE TABLE, and a process that is killed between two
    would leave half a history behind.
    """

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def main(attributes: dict[str, Any]) -> None:
    url: str = attributes["url"]
    if url.startswith("sqlite"):
        engine = create_engine(url.replace("sqlite:///", "sqlite+pysqlite:///", 1))
        whole_transactions(engine)
        with engine.connect() as connection:
            run(connection)
        engine.dispose()
    else:
        asyncio.run(run_postgresql(url))


main(context.config.attributes)

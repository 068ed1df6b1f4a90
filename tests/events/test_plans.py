"""Eight slices are read as one: by their indexes, none of them looked through or sorted."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from workswith.events import outbox, relay
from workswith.kernel.database import Query
from workswith.kernel.slices import SLICES
from workswith.sandbox import access
from workswith.webhooks import desk, preview

BY_INDEX: dict[str, tuple[Query[Any], dict[str, Any]]] = {
    "of a plant": (outbox._OF_PLANT, {"plant_id": "plant-7", "after": 9_000, "limit": 100}),
    "a plant's last": (desk._LAST_EVENTS, {"plant_id": "plant-7"}),
    "after a number": (access._AFTER, {"after": 5_000, "most": 100}),
    "the latest": (access._LATEST, {"most": 20}),
    "to be relayed": (relay._READ[3], {"ids": '{"9001": 0, "9002": 0}'}),
    "caused": (preview._CAUSED, {"plant_id": "plant-7", "flow": "flow", "latest": 200}),
}


@pytest.mark.parametrize("name", BY_INDEX)
def test_sqlite_goes_by_the_index(sqlite_template: Path, name: str) -> None:
    asked, parameters = BY_INDEX[name]
    connection = sqlite3.connect(sqlite_template)
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked.text}", parameters)]
    connection.close()
    touched = [step for step in steps if re.search(r"event_[0-9]", step)]
    assert len(touched) == (1 if asked is relay._READ[3] else SLICES)
    assert not [step for step in steps if "TEMP B-TREE" in step or "MATERIALIZE" in step]
    # By number the table itself is the index: the latest are read from its end.
    assert name == "the latest" or all("INDEX" in step or "PRIMARY KEY" in step for step in touched)


async def test_postgresql_goes_by_the_index(postgres_url: str, postgres_template: str) -> None:
    admin = await asyncpg.connect(postgres_url.format(name="postgres"))
    await admin.execute(f"CREATE DATABASE plans TEMPLATE {postgres_template}")
    await admin.close()
    connection = await asyncpg.connect(postgres_url.format(name="plans"))
    # Small tables it would rather look through, and sort; not where it can do otherwise.
    for way in ("seqscan", "bitmapscan", "sort", "hashjoin"):
        await connection.execute(f"SET enable_{way} = off")
    wrong = []
    taken = {"taken": (relay._TAKE["postgresql"][3], {"limit": 500})}
    for name, (asked, parameters) in (BY_INDEX | taken).items():
        prepared = await connection.prepare(asked.numbered)
        (plan,) = await prepared.explain(*asked.values(parameters))
        looked, sorted_ = _nodes(plan["Plan"], "Seq Scan"), _nodes(plan["Plan"], "Sort")
        if any(re.fullmatch(r"event_[0-9]", one) for one in looked):
            wrong.append(f"{name} looks through {looked}")
        if sorted_:
            wrong.append(f"{name} sorts")
    await connection.close()
    assert not wrong, "\n".join(wrong)


def _nodes(plan: dict[str, Any], kind: str) -> list[str]:
    """The tables of nodes of a kind."""
    found = [plan.get("Relation Name", "")] if plan["Node Type"] == kind else []
    for child in plan.get("Plans", ()):
        found += _nodes(child, kind)
    return found

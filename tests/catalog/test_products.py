"""The catalogue."""

from dataclasses import replace

import pytest

from workswith.catalog import products
from workswith.kernel.database import Database
from workswith.kernel.problem import Problem


async def test_the_starter_kit_is_made_once_and_learns_new_apis(database: Database) -> None:
    await database.write(products.ensure_starter_kit, ("echo",), 1)
    made = await products.product(database, products.STARTER_KIT)
    await database.write(products.save, replace(made, daily_quota=1000))
    await database.write(products.ensure_starter_kit, ("smarther-v2.0", "echo"), 2)
    (kit,) = await products.all_products(database)
    assert (kit.id, kit.name, kit.apis) == (
        "starter-kit",
        "Starter Kit",
        ("echo", "smarther-v2.0"),
    )
    assert (kit.daily_quota, kit.created_at) == (1000, 1)  # what an operator granted stays


async def test_the_starter_kit_begins_with_500_calls(database: Database) -> None:
    await database.write(products.ensure_starter_kit, (), 1)
    kit = await products.product(database, products.STARTER_KIT)
    assert (kit.daily_quota, kit.apis) == (500, ())


async def test_an_unknown_product_is_a_problem(database: Database) -> None:
    with pytest.raises(Problem, match="product_unknown"):
        await products.product(database, "none")

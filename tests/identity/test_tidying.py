"""What is over is forgotten; what can still be used, or explains a refusal, stays."""

from workswith.identity.tidying import EVERY, Tidying
from workswith.kernel.clock import DAY, MINUTE
from workswith.kernel.database import query

from .conftest import World

TABLES = ("mail_link", "authorization_code", "session", "token_family")


async def counts(world: World) -> list[int | None]:
    return [
        await world.database.one(query(int, f"SELECT count(*) FROM {table}")) for table in TABLES
    ]


async def test_rows_go_a_day_after_their_end(world: World) -> None:
    await world.area.accounts.ask_reset("ada@example.test", lambda token: token)
    await world.tokens()
    work = Tidying(world.database, world.clock)
    begun = world.clock.now()
    assert await work.turn(begun) == begun + EVERY
    assert await counts(world) == [1, 1, 1, 1]
    await work.turn(begun + DAY + 61 * MINUTE)
    assert await counts(world) == [0, 0, 1, 1]
    await work.turn(begun + 32 * DAY)
    assert await counts(world) == [0, 0, 0, 1]
    await work.turn(begun + 92 * DAY)
    assert await counts(world) == [0, 0, 0, 0]

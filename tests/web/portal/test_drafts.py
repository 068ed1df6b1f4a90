"""A draft belongs to one account, survives between steps, and becomes one application only."""

from tests.conftest import NOON
from workswith.kernel.clock import DAY
from workswith.kernel.database import Database
from workswith.web.portal import drafts
from workswith.web.portal.drafts import Draft

FULL = Draft(
    name="Warm",
    description="Heats",
    vendor="W",
    url="https://w.example/",
    logo="data:image/png;base64,AA==",
    reply_urls=("https://w.example/a", "https://w.example/b"),
    scopes=("comfort.read",),
)


async def test_everything_comes_back_as_it_was_saved(database: Database) -> None:
    await database.write(drafts.save, "anna", "d1", FULL, NOON)
    assert await drafts.read(database, "anna", "d1") == FULL


async def test_nobody_else_can_read_take_or_overwrite_it(database: Database) -> None:
    await database.write(drafts.save, "anna", "d1", FULL, NOON)
    assert await drafts.read(database, "mallory", "d1") is None
    assert await database.write(drafts.take, "mallory", "d1") is None
    assert not await database.write(drafts.save, "mallory", "d1", Draft(name="stolen"), NOON)
    assert await drafts.read(database, "anna", "d1") == FULL


async def test_it_can_be_taken_once(database: Database) -> None:
    await database.write(drafts.save, "anna", "d1", FULL, NOON)
    assert await database.write(drafts.take, "anna", "d1") == FULL
    assert await database.write(drafts.take, "anna", "d1") is None


async def test_old_and_surplus_drafts_go(database: Database) -> None:
    await database.write(drafts.save, "anna", "old", FULL, NOON)
    for number in range(drafts.AT_MOST + 1):
        await database.write(drafts.save, "ben", f"b{number:02}", Draft(), NOON + number)
    assert await drafts.read(database, "ben", "b00") is None
    assert await drafts.read(database, "ben", "b01") is not None
    await database.write(drafts.save, "ben", "late", Draft(), NOON + 7 * DAY + 1)
    assert await drafts.read(database, "anna", "old") is None

"""What an operator has set about the brand: names and values, empty where nothing was. [OPR]

What the programme is called is decided here and nowhere else: as the office says, else as the
settings do, whose name is kept beside the office's at each start so that whoever reads the one
reads the other.
"""

from collections.abc import Mapping

from .database import Database, Reads, Tx, query, statement

LOGO = "logo"
"""A ``data:`` address; long, so that it is read by itself."""
NAME = "name"
"""As the office says."""
USUAL_NAME = "usual_name"
"""As the settings say."""
OURS = "WorksWith"
"""Where nobody has said anything."""

_SMALL = query(
    lambda name, value: (name, value), "SELECT name, value FROM brand WHERE name <> 'logo'"
)
_ONE = query(str, "SELECT value FROM brand WHERE name = :name")
# NAME comes before USUAL_NAME.
_CALLED = query(
    str, "SELECT value FROM brand WHERE name IN ('name', 'usual_name') ORDER BY name LIMIT 1"
)
_CLEAR = statement("DELETE FROM brand WHERE name = :name")
_SET = statement("INSERT INTO brand (name, value) VALUES (:name, :value)")


def name_in(values: Mapping[str, str]) -> str:
    """What the programme is called, by what `brand` gives."""
    return values.get(NAME) or values.get(USUAL_NAME) or OURS


async def brand_name(reads: Reads) -> str:
    """What the programme is called."""
    return await reads.one(_CALLED) or OURS


async def keep_usual_name(database: Database, name: str) -> None:
    """At each start; writes only what is new."""
    if await brand_value(database, USUAL_NAME) != name:
        await database.write(set_brand, {USUAL_NAME: name})


async def brand(reads: Reads) -> dict[str, str]:
    """All but the logo."""
    return dict(await reads.all(_SMALL))


async def brand_value(reads: Reads, name: str) -> str:
    """Empty where nothing was set."""
    return await reads.one(_ONE, name=name) or ""


async def set_brand(tx: Tx, values: Mapping[str, str]) -> None:
    """Replaces these values; an empty one is as if it had never been set."""
    for name, value in values.items():
        await tx.run(_CLEAR, name=name)
        if value:
            await tx.run(_SET, name=name, value=value)

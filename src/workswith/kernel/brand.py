"""What an operator has set about the brand: names and values, empty where nothing was. [OPR]

Pages show all of it; mails sign with its name.
"""

from collections.abc import Mapping

from .database import Reads, Tx, query, statement

LOGO = "logo"
"""A ``data:`` address; long, so that it is read by itself."""
NAME = "name"

_SMALL = query(
    lambda name, value: (name, value), "SELECT name, value FROM brand WHERE name <> 'logo'"
)
_ONE = query(str, "SELECT value FROM brand WHERE name = :name")
_CLEAR = statement("DELETE FROM brand WHERE name = :name")
_SET = statement("INSERT INTO brand (name, value) VALUES (:name, :value)")


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

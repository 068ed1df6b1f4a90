"""What the programme is called: as the office says, else the settings, else our own name. [OPR]"""

from workswith.kernel.brand import (
    NAME,
    OURS,
    USUAL_NAME,
    brand,
    brand_name,
    keep_usual_name,
    name_in,
    set_brand,
)
from workswith.kernel.database import Database


async def test_the_office_wins_over_the_settings_and_they_over_us(database: Database) -> None:
    async def called() -> set[str]:
        """By both ways to ask."""
        return {await brand_name(database), name_in(await brand(database))}

    assert await called() == {OURS}
    await keep_usual_name(database, "Casa")
    assert await called() == {"Casa"}
    await database.write(set_brand, {NAME: "Viva"})
    assert await called() == {"Viva"}
    await keep_usual_name(database, "Other")
    assert await called() == {"Viva"}
    await database.write(set_brand, {NAME: ""})
    assert await called() == {"Other"}


async def test_a_start_writes_only_what_is_new(database: Database) -> None:
    await keep_usual_name(database, "Casa")
    await database.write(set_brand, {NAME: "Viva"})
    await keep_usual_name(database, "Casa")
    assert await brand(database) == {NAME: "Viva", USUAL_NAME: "Casa"}

"""What a sandbox remembers by name, as JSON: faults, switches, coverage."""

from workswith.kernel.database import Reads, Tx, query, statement

_READ = query(str, "SELECT text FROM sandbox_note WHERE name = :name")
_KEEP = statement(
    "INSERT INTO sandbox_note (name, text) VALUES (:name, :text) "
    "ON CONFLICT (name) DO UPDATE SET text = excluded.text"
)


async def read(reads: Reads, name: str) -> str | None:
    """The JSON that was kept under ``name``."""
    return await reads.one(_READ, name=name)


async def keep(tx: Tx, name: str, text: str) -> None:
    """Keeps JSON under ``name``, in place of what was there."""
    await tx.run(_KEEP, name=name, text=text)

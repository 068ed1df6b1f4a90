"""Where the ids of a sandbox with a seed come from, start after start. [SBX-2]

Each start draws from a row of its own, so that one that was killed never draws the same id twice; a
state that comes back goes on in the row that it was saved in.
"""

import os
from pathlib import Path

import msgspec

from workswith.kernel.ident import Seeded


class _Kept(msgspec.Struct):
    seed: int
    starts: int


def seeded_of(data: Path, seed: int | None) -> Seeded | None:
    """What this start draws from; ``None``: from the system.

    ``seed`` counts at the first start and need not be told again. Raises ``ValueError`` for another
    one, and for a sandbox that was made without.
    """
    path = data / "seed.json"
    if path.exists():
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
        if seed not in (None, kept.seed):
            raise ValueError(f"this sandbox was made with the seed {kept.seed}")
    elif seed is None:
        return None
    elif (data / "workswith.db").exists():
        raise ValueError("this sandbox was made without a seed; choose another data folder")
    else:
        kept = _Kept(seed, 0)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(_Kept(kept.seed, kept.starts + 1)))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return Seeded(f"{kept.seed}.{kept.starts}" if kept.starts else str(kept.seed))

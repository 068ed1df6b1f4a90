"""Switches for what the original is known to do otherwise at times, to be turned while it runs.

Each area says what it can do otherwise; here is what is chosen at the moment. [SBX-3]
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from workswith.contracts.deviation import Deviation
from workswith.kernel.database import Database
from workswith.kernel.words import N_

from . import notes

NOTE = "deviations"
NUMBERS = ("not_before", "expires_in", "expires_on", "id_token_expires_in",
           "refresh_token_expires_in")  # fmt: skip
"""The members of a token answer that are numbers."""

OWN: tuple[Deviation, ...] = (
    Deviation(
        "quota-status", ("403", "429"),
        N_("The status of a call beyond the quota: 429, as some users see since 2025."), "D8",
    ),
    Deviation(
        "token-error", ("1", "2"),
        N_("A refused token as message and code (10, 11), without a statusCode."), "9.3",
    ),
    Deviation(
        "token-numbers", ("number", "string", "absent"),
        N_("The numbers of a token answer as strings, or none of them."), "D9",
    ),
)  # fmt: skip
"""The switches of the gateway and of the login service."""


class Deviations:
    """``changed`` hears of every change, with what is chosen."""

    def __init__(
        self,
        database: Database,
        table: Sequence[Deviation],
        changed: Callable[[Mapping[str, str]], None],
    ) -> None:
        self._database = database
        self.table = tuple(table)
        self._changed = changed
        self.chosen: Mapping[str, str] = {}
        """Only what is not as usual."""

    async def load(self) -> None:
        text = await notes.read(self._database, NOTE)
        chosen = msgspec.json.decode(text, type=dict[str, str]) if text else {}
        known = {one.name: one.choices for one in self.table}
        self._use({name: way for name, way in chosen.items() if way in known.get(name, ())})

    def listed(self) -> list[dict[str, Any]]:
        """Every switch and how it stands."""
        return [
            {
                "name": one.name,
                "is": self.chosen.get(one.name, one.choices[0]),
                "usual": one.choices[0],
                "choices": list(one.choices),
                "what": one.what,
                "source": one.source,
            }
            for one in self.table
        ]

    async def choose(self, wanted: Mapping[str, object]) -> None:
        """Turns switches by name. Raises ``ValueError``, and then none has been turned."""
        known = {one.name: one for one in self.table}
        chosen = dict(self.chosen)
        for name, way in wanted.items():
            if name not in known:
                raise ValueError(f"there is no switch `{name[:60]}`; there are: {', '.join(known)}")
            if way not in known[name].choices:
                raise ValueError(f"{name} is one of: {', '.join(known[name].choices)}")
            chosen[name] = str(way)
        await self._set(
            {name: way for name, way in chosen.items() if way != known[name].choices[0]}
        )

    async def reset(self) -> None:
        """Everything as usual."""
        await self._set({})

    async def _set(self, chosen: Mapping[str, str]) -> None:
        text = msgspec.json.encode(chosen).decode()
        await self._database.write(notes.keep, NOTE, text)
        self._use(chosen)

    def _use(self, chosen: Mapping[str, str]) -> None:
        self.chosen = chosen
        self._changed(chosen)

    def tokens(self, members: dict[str, Any]) -> dict[str, Any]:
        """A good answer of /token as it goes out."""
        way = self.chosen.get("token-numbers")
        if way == "string":
            return {
                name: str(value) if name in NUMBERS else value for name, value in members.items()
            }
        if way == "absent":
            return {name: value for name, value in members.items() if name not in NUMBERS}
        return members

"""What an application has met so far of all that is documented, and how to meet the rest. [SBX-3]

Counted at the answer: calls of the APIs, token requests, attempts to notify. What an application
has never met, it was never tested with.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from workswith.contracts.binding import Api
from workswith.kernel.clock import Clock, iso
from workswith.kernel.database import Database
from workswith.kernel.words import N_

from . import notes
from .faults.kinds import Row, name_of

NOTE = "coverage"
BELL = "coverage"
MOST = 20_000
"""Different answers that are remembered; beyond, only known ones are counted."""
SAVE_SECONDS = 5.0
"""Real time between two writes of the counts."""
LOGIN, NOTIFICATIONS = "login", "notifications"


class Record(Protocol):
    """`gateway.call.CallRecord`."""

    @property
    def at(self) -> int: ...
    @property
    def api(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def client_id(self) -> str: ...


class Met(msgspec.Struct, array_like=True):
    """How often an application got an answer. ``code`` names the problem, if it was one."""

    client_id: str
    api: str
    operation: str
    status: int
    code: str
    times: int = 0
    first_at: int = 0
    last_at: int = 0

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        return self.client_id, self.api, self.operation, self.status, self.code


REACHED: Mapping[str, str] = {
    "404-operation-unknown": N_("Call a path that the API does not have."),
    "401-key-missing": N_("Leave out the header Ocp-Apim-Subscription-Key."),
    "401-key-invalid": N_("Send a wrong key, or regenerate the one that you send."),
    "401-api-not-in-product": N_("Call an API that is not in the product of your subscription."),
    "401-token-missing": N_("Leave out the header Authorization."),
    "401-token-invalid": N_("Withdraw the consent on the page of third-party access."),
    "401-token-expired": N_("workswith clock advance 61m, then call with the same token."),
    "401-id-token": N_("Send the id_token in place of the access_token."),
    "403-scope-missing": N_("Take a scope from the application, then ask for consent again."),
    "403-exhausted": N_("Call more often than the quota of the day."),
    "400-malformed": N_("Send a body that is not JSON."),
    "400-too-large": N_("Send a body of more than 64 KiB."),
    "404-unknown": N_("Ask for a plant or module that the user does not have."),
    "404-unreachable": "workswith fault add gateway-offline",
    "406-unacceptable": N_("Send Accept: text/html."),
    "408-timed-out": "workswith fault add device-silent",
    "409-conflict": N_("Subscribe the same address to the same plant twice."),
    "430-invalid": N_("Send a set-point of 41 °C."),
    "469-password-expired": "workswith fault add password-expired",
    "470-terms-expired": "workswith fault add terms-expired",
    "486-busy": N_("Touch the thermostat on its page, then command it within ten seconds."),
}
"""The natural way to an error of the gateway's table; `workswith fault add NAME` makes any."""
_CODES = {
    "gateway_offline": "404-unreachable",
    "head_too_large": "400-too-large",
    "body_too_large": "400-too-large",
}
_FIRST = {400: "400-malformed", 403: "403-exhausted", 404: "404-unknown", 500: "500-internal"}
"""Which row a status belongs to when the code does not say."""

TOKEN_ANSWERS: tuple[tuple[str, str, str, str], ...] = (
    ("authorization_code", "token/authorization_code", "", N_("Sign in and exchange the code.")),
    ("refresh_token", "token/refresh_token", "", N_("Refresh a token.")),
    ("invalid_grant", "", "invalid_grant", N_("Send a wrong refresh_token.")),
    ("grant expired", "", "expired", N_("workswith clock advance 91d, then refresh.")),
    ("scopes changed", "", "scopes_changed", "workswith fault pack forced-reconsent"),
    ("grant revoked", "", "revoked", N_("Withdraw the consent on the page of third-party access.")),
    ("used before", "", "reused", N_("Refresh twice with the same refresh_token, an hour apart.")),
    ("secret expired", "", "secret_expired", "workswith fault add token-expired-secret --times 1"),
    ("invalid_client", "", "invalid_client", N_("Send a wrong client_secret.")),
    ("temporarily_unavailable", "", "temporarily_unavailable",
     "workswith fault add token-unavailable --times 1"),
    ("server_error", "", "server_error", "workswith fault add token-error --times 1"),
    ("throttled", "", "429", "workswith fault add token-throttled --times 1"),
    ("facade", "", "facade", "workswith fault add token-facade --times 1"),
)  # fmt: skip
"""(name, operation or any, error or none, how to meet it)."""
_GRANTS = (
    ("AADB2C90080", "expired"),
    ("AADB2C90085", "secret_expired"),
    ("scopes of the application have changed", "scopes_changed"),
    ("has been revoked", "revoked"),
    ("has been used before", "reused"),
)
"""What an ``invalid_grant`` says, and which of them it is."""
ATTEMPTS: tuple[tuple[str, str], ...] = (
    ("delivered", N_("Subscribe, then turn a thermostat.")),
    ("refused", N_("Answer a notification with 500.")),
    ("late", N_("Answer a notification after more than 750 ms.")),
    ("unreached", N_("Stop the endpoint, then turn a thermostat.")),
)


class Coverage:
    """Counts in memory; as the work ``coverage`` it keeps the counts now and then."""

    name = BELL

    def __init__(
        self,
        database: Database,
        clock: Clock,
        apis: Callable[[], Sequence[Api]],
        rows: Sequence[Row],
    ) -> None:
        self._database = database
        self._clock = clock
        self._apis = apis
        self._rows = tuple(rows)
        self._names = {(row.status, row.code or name_of(row)): name_of(row) for row in rows}
        self._single = {
            row.status: name_of(row)
            for row in rows
            if sum(other.status == row.status for other in rows) == 1
        }
        self._met: dict[tuple[str, str, str, int, str], Met] = {}
        self._dirty = False
        self._saved_at = 0.0

    async def load(self) -> None:
        text = await notes.read(self._database, NOTE)
        met = msgspec.json.decode(text, type=list[Met]) if text else []
        self._met = {one.key: one for one in met}
        self._dirty = False

    def call(self, record: Record) -> None:
        """A finished call of an API."""
        key = (record.client_id, record.api, record.operation, record.status, record.code[:60])
        self._count(key, record.at)

    def token(self, client_id: str, operation: str, status: int, body: bytes) -> None:
        """An answer of /token."""
        code = ""
        if status >= 400:
            try:
                said = msgspec.json.decode(body)
            except msgspec.DecodeError:
                said = {}
            code = str(said.get("error") or ("facade" if "code" in said else status))
            text = str(said.get("error_description"))
            code = next((which for part, which in _GRANTS if part in text), code)
        key = (client_id[:100], LOGIN, operation, status, code[:60])
        self._count(key, self._clock.now())

    def attempt(self, client_id: str, status: int | None, error: str) -> None:
        """An attempt to notify an endpoint."""
        if status is None:
            code = "late" if error == "timeout" else "unreached"
        else:
            code = "delivered" if 200 <= status < 300 else "refused"
        self._count((client_id, NOTIFICATIONS, "delivery", status or 0, code), self._clock.now())

    async def forget(self) -> None:
        """Begins to count anew."""
        self._met.clear()
        self._dirty = True
        await self._save()

    def applications(self) -> list[str]:
        """Those that have met anything; calls of nobody known count for everybody."""
        return sorted({one.client_id for one in self._met.values() if one.client_id})

    def report(self, client_id: str = "") -> dict[str, Any]:
        """What was met by an application, or by all of them, and what was not.

        Each entry has ``times`` and, while that is 0, ``how`` to meet it.
        """
        met = [
            one for one in self._met.values() if not client_id or one.client_id in ("", client_id)
        ]
        errors = self._errors(met)
        operations = self._operations(met)
        logins, attempts = _logins(met), _attempts(met)
        every = [*errors, *operations, *logins, *attempts]
        return {
            "application": client_id,
            "applications": self.applications(),
            "since": min((iso(one.first_at) for one in met), default=None),
            "met": sum(1 for one in every if one["times"]),
            "documented": len(every),
            "errors": errors,
            "operations": operations,
            "login": logins,
            "notifications": attempts,
        }

    async def turn(self, now: int) -> int | None:
        if asyncio.get_running_loop().time() - self._saved_at >= SAVE_SECONDS:
            await self._save()
        return None

    async def settle(self) -> bool:
        return False

    async def close(self) -> None:
        """Keeps the counts; nothing is counted after it."""
        await self._save()

    async def _save(self) -> None:
        if self._dirty:
            self._dirty = False
            text = msgspec.json.encode(list(self._met.values())).decode()
            await self._database.write(notes.keep, NOTE, text)
            self._saved_at = asyncio.get_running_loop().time()

    def _count(self, key: tuple[str, str, str, int, str], at: int) -> None:
        met = self._met.get(key)
        if met is None:
            if len(self._met) >= MOST:
                return
            met = self._met[key] = Met(*key, first_at=at)
        met.times += 1
        met.last_at = at
        self._dirty = True

    def _row(self, one: Met) -> str:
        """The row of the error table that an answer belongs to."""
        by_code = self._names.get((one.status, one.code)) or _CODES.get(one.code)
        return by_code or self._single.get(one.status) or _FIRST.get(one.status, "")

    def _errors(self, met: Iterable[Met]) -> list[dict[str, Any]]:
        times: dict[str, int] = {}
        for one in met:
            if one.api not in (LOGIN, NOTIFICATIONS) and one.status >= 400:
                row = self._row(one)
                times[row] = times.get(row, 0) + one.times
        return [
            {
                "name": name_of(row),
                "status": row.status,
                "what": row.meaning,
                "times": times.get(name_of(row), 0),
                "how": REACHED.get(name_of(row), f"workswith fault add {name_of(row)}"),
                "fault": name_of(row),
            }
            for row in sorted(self._rows, key=lambda row: row.status)
        ]

    def _operations(self, met: Iterable[Met]) -> list[dict[str, Any]]:
        """Only of the APIs that were called at all: nobody needs all of them."""
        good: dict[tuple[str, str], int] = {}
        statuses: dict[tuple[str, str], set[int]] = {}
        called = set()
        for one in met:
            called.add(one.api)
            statuses.setdefault((one.api, one.operation), set()).add(one.status)
            if one.status < 400:
                key = one.api, one.operation
                good[key] = good.get(key, 0) + one.times
        return [
            {
                "name": operation.id,
                "api": document.slug,
                "times": good.get((document.slug, operation.id), 0),
                "how": f"{operation.method} {document.base_path}{operation.path}",
                "answers": sorted(statuses.get((document.slug, operation.id), set())),
                "missing": sorted(
                    set(operation.responses) - statuses.get((document.slug, operation.id), set())
                ),
            }
            for document in (api.document for api in self._apis())
            if document.slug in called
            for operation in document.operations
        ]


def _logins(met: Iterable[Met]) -> list[dict[str, Any]]:
    asked = [one for one in met if one.api == LOGIN]
    return [
        {
            "name": name,
            "times": sum(
                one.times
                for one in asked
                if (one.code == error) and operation in ("", one.operation)
            ),
            "how": how,
        }
        for name, operation, error, how in TOKEN_ANSWERS
    ]


def _attempts(met: Iterable[Met]) -> list[dict[str, Any]]:
    attempts = [one for one in met if one.api == NOTIFICATIONS]
    return [
        {"name": name, "times": sum(one.times for one in attempts if one.code == name), "how": how}
        for name, how in ATTEMPTS
    ]

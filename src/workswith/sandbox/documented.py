"""All that is documented, what of it an application has met, and how to meet the rest. [SBX-3]"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from workswith.contracts.binding import Api
from workswith.kernel.words import N_

from .faults.kinds import Row, name_of

LOGIN, NOTIFICATIONS = "login", "notifications"
"""What is no API."""


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
ATTEMPTS: tuple[tuple[str, str], ...] = (
    ("delivered", N_("Subscribe, then turn a thermostat.")),
    ("refused", N_("Answer a notification with 500.")),
    ("late", N_("Answer a notification after more than 750 ms.")),
    ("unreached", N_("Stop the endpoint, then turn a thermostat.")),
)


class Documented:
    """``rows`` are the table of errors that every API may answer with."""

    def __init__(self, apis: Callable[[], Sequence[Api]], rows: Sequence[Row]) -> None:
        self._apis = apis
        self._rows = tuple(rows)
        self._names = {(row.status, row.code or name_of(row)): name_of(row) for row in rows}
        self._single = {
            row.status: name_of(row)
            for row in rows
            if sum(other.status == row.status for other in rows) == 1
        }

    def compare(self, met: Sequence[Met]) -> dict[str, list[dict[str, Any]]]:
        """Each entry has ``times`` and, while that is 0, ``how`` to meet it."""
        return {
            "errors": self._errors(met),
            "operations": self._operations(met),
            "login": _logins(met),
            "notifications": _attempts(met),
        }

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

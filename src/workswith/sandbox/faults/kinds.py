"""The one table of what can go wrong. Everything that lists kinds of faults reads it. [SBX-3]

Every row of the gateway's error table is a kind as well, named by its status: ``486-busy``. What
lasts, such as a gateway that is offline, is a *state* of the world and not an answer made up.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from workswith.kernel import problem
from workswith.kernel.problem import Mistake
from workswith.kernel.words import N_

from .fault import LONGEST_WAIT_MS, Kind

_CALL = ("plant", "module", "application", "operation", "account")
_TOKEN = ("application", "operation")
_EVENT = ("plant", "module", "application", "endpoint", "account")
_ATTEMPT = ("application", "endpoint")
_AFTER = {"after": False}
BROWSER_PAGE = "<html><head><title>502 Bad Gateway</title></head><body></body></html>"
ATTEMPT_ERRORS = ("timeout", "connect", "connect-timeout", "dns", "tls", "reset", "garbled")


class Row(Protocol):
    """A row of the gateway's error table."""

    @property
    def status(self) -> int: ...
    @property
    def kind(self) -> problem.Kind: ...
    @property
    def code(self) -> str: ...
    @property
    def meaning(self) -> str: ...
    @property
    def by(self) -> str: ...


OWN: tuple[Kind, ...] = (
    Kind(
        "latency", "call", "wait",
        N_("The answer comes late: the call waits first, in real time."),
        _CALL, {"ms": 3_000},
    ),
    Kind(
        "hang", "call", "wait",
        N_("The call is never answered while its caller waits; it is cut off after two minutes."),
        _CALL, {"ms": LONGEST_WAIT_MS},
    ),
    Kind(
        "answer", "call", "answer",
        N_("Another answer stands in for the right one, such as the page of a proxy."),
        _CALL, {"status": 502, "body": BROWSER_PAGE, **_AFTER},
    ),
    Kind(
        "slow-body", "call", "wire",
        N_("Status and headers come at once, the body piece by piece, in real time."),
        _CALL, {"ms": 3_000},
    ),
    Kind(
        "cut-body", "call", "wire",
        N_("The connection ends in the middle of the body. What was asked has been done."),
        _CALL, {},
    ),
    Kind(
        "reset", "call", "wire",
        N_("The connection is reset in place of an answer; with “after” once the call is done."),
        _CALL, {**_AFTER},
    ),
    Kind(
        "token-refused", "token", "answer",
        N_("A refresh is refused: invalid_grant, the link has been revoked."),
        _TOKEN, {}, 400, "invalid_grant",
    ),
    Kind(
        "token-expired-grant", "token", "answer",
        N_("The grant has expired, in the original's words (AADB2C90080)."),
        _TOKEN, {}, 400, "invalid_grant",
    ),
    Kind(
        "token-expired-secret", "token", "answer",
        N_("The client secret has expired; the original says invalid_grant (AADB2C90085)."),
        _TOKEN, {}, 400, "invalid_grant",
    ),
    Kind(
        "token-unknown-client", "token", "answer",
        N_("The client_id does not exist."),
        _TOKEN, {}, 401, "invalid_client",
    ),
    Kind(
        "token-throttled", "token", "answer",
        N_("Too many token requests: 429, with a body of another shape."),
        _TOKEN, {"seconds": 57}, 429, "throttled",
    ),
    Kind(
        "token-error", "token", "answer",
        N_("The login service fails: server_error."),
        _TOKEN, {**_AFTER}, 500, "server_error",
    ),
    Kind(
        "token-facade", "token", "answer",
        N_("The login service fails before it understands the request: a body of another shape."),
        _TOKEN, {}, 500, "facade",
    ),
    Kind(
        "token-unavailable", "token", "answer",
        N_("The login service is not available: temporarily_unavailable."),
        _TOKEN, {**_AFTER}, 503, "temporarily_unavailable",
    ),
    Kind(
        "token-latency", "token", "wait",
        N_("The answer of /token comes late, in real time."),
        _TOKEN, {"ms": 3_000},
    ),
    Kind(
        "token-slow-body", "token", "wire",
        N_("The body of the answer of /token comes piece by piece, in real time."),
        _TOKEN, {"ms": 3_000},
    ),
    Kind(
        "token-cut-body", "token", "wire",
        N_("The connection ends in the middle of the tokens, which have been issued."),
        _TOKEN, {},
    ),
    Kind(
        "token-reset", "token", "wire",
        N_("The connection to /token is reset; with “after” once the tokens have been issued."),
        _TOKEN, {**_AFTER},
    ),
    Kind(
        "c2c-outage", "notification", "answer",
        N_("Nothing is notified. What happens meanwhile is never sent."),
        _EVENT, {},
    ),
    Kind(
        "endpoint-fails", "attempt", "answer",
        N_("The endpoint is not asked; its attempt counts as failed, with a status or an error."),
        _ATTEMPT, {"status": 500, "error": ""},
    ),
    Kind(
        "endpoint-late", "attempt", "wire",
        N_("The endpoint gets the notification, but its answer counts as too late."),
        _ATTEMPT, {},
    ),
    Kind(
        "gateway-offline", "state", "state",
        N_("The gateway of a home is offline, or a single module: nothing is reported either."),
        ("plant", "module"), {}, 404,
    ),
    Kind(
        "device-silent", "state", "state",
        N_("The gateway of a home, or a module, no longer answers: 408."),
        ("plant", "module"), {}, 408,
    ),
    Kind(
        "password-expired", "state", "state",
        N_("The password of the official app has expired: 469 until it is renewed there."),
        ("account",), {}, 469,
    ),
    Kind(
        "terms-expired", "state", "state",
        N_("The terms of the official app have expired: 470 until they are accepted there."),
        ("account",), {}, 470,
    ),
)  # fmt: skip


def table(rows: Sequence[Row]) -> Mapping[str, Kind]:
    """Every kind by its name: our own, then one for each row of the gateway's table."""
    return {kind.name: kind for kind in (*OWN, *map(_of_row, rows))}


def name_of(row: Row) -> str:
    """``401-token-expired``, ``486-busy``."""
    return f"{row.status}-{(row.code or row.kind.value).replace('_', '-')}"


def find(kinds: Mapping[str, Kind], name: str) -> Kind:
    """By its name, or by any part that only one has, such as a status or ``busy``.

    Raises `Mistake` that names what it could be.
    """
    if name in kinds:
        return kinds[name]
    begun = [each for each in kinds if each.startswith(name)]
    meant = begun or [each for each in kinds if name and name in each]
    if len(meant) == 1:
        return kinds[meant[0]]
    if meant:
        raise Mistake(f"`{name}` may be: {', '.join(meant)}", field="kind")
    text = f"there is no fault `{name[:60]}`; there are: {', '.join(kinds)}"
    raise Mistake(text, field="kind")


def check(kind: Kind, where: Iterable[str], options: Iterable[str]) -> None:
    """Raises `Mistake` for what this kind does not take."""
    for facet in where:
        if facet not in kind.facets:
            raise Mistake(
                f"{kind.name} cannot be narrowed by {facet}, only {_list(kind.facets)}",
                field=facet,
            )
    for option in options:
        if option not in kind.options:
            takes = f"only {_list(kind.options)}" if kind.options else "nothing of the kind"
            raise Mistake(f"{kind.name} does not take `{option}`, {takes}", field=option)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _of_row(row: Row) -> Kind:
    waits = row.kind in (problem.Kind.THROTTLED, problem.Kind.UNAVAILABLE)
    options: dict[str, object] = {} if row.by == "gateway" else {**_AFTER}
    if waits:
        options["seconds"] = 57
    return Kind(
        name_of(row), "call", "answer", row.meaning, _CALL, options,
        row.status, row.code or row.kind.value, documented=row.by == "api",
    )  # fmt: skip

"""From a problem to the vendor's status and body: one table, for the server and for its pages.

What the gateway itself refuses has blanks inside the braces, what an API answers has none; clients
and published lengths depend on both. [GTW-2; smarther.md §1.1, §9; platform.md A1]
"""

from dataclasses import dataclass
from typing import Literal

import msgspec

from workswith.contracts.binding import ErrorBody
from workswith.contracts.document import Operation
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.words import N_


@dataclass(frozen=True, slots=True)
class Row:
    """``code`` empty stands for every other code of the kind.

    ``message`` may contain ``{wait}`` (hh:mm:ss) or ``{seconds}``; empty means that the operation's
    document says it. ``meaning`` and ``hint`` are for people.
    """

    status: int
    kind: Kind
    code: str
    message: str
    meaning: str
    hint: str = ""
    by: Literal["gateway", "api"] = "api"


_KEY_MISSING = (
    "Access denied due to missing subscription key. "
    "Make sure to include subscription key when making requests to an API."
)
_KEY_INVALID = (
    "Access denied due to invalid subscription key. "
    "Make sure to provide a valid key for an active subscription."
)

GATEWAY: tuple[Row, ...] = tuple(
    Row(*row, by="gateway")
    for row in (
        (
            404,
            Kind.UNKNOWN,
            "operation_unknown",
            "Resource not found",
            N_("No operation has this path and method."),
            N_("Compare method and path with the API reference."),
        ),
        (
            401,
            Kind.UNAUTHENTICATED,
            "key_missing",
            _KEY_MISSING,
            N_("The call has no subscription key."),
            N_("Send your key in the header Ocp-Apim-Subscription-Key."),
        ),
        (
            401,
            Kind.UNAUTHENTICATED,
            "key_invalid",
            _KEY_INVALID,
            N_(
                "The subscription key is unknown, was regenerated, or its subscription is not active."
            ),
            N_("Look at the keys of your subscription on your profile page."),
        ),
        (
            401,
            Kind.UNAUTHENTICATED,
            "api_not_in_product",
            _KEY_INVALID,
            N_("The subscription key is valid, but its product does not contain this API."),
            N_("Subscribe to a product that contains the API."),
        ),
        (
            401,
            Kind.UNAUTHENTICATED,
            "token_missing",
            "JWT not present.",
            N_("The call has no access token."),
            N_("Send Authorization: Bearer and the access_token."),
        ),
        (
            401,
            Kind.UNAUTHENTICATED,
            "token_invalid",
            "Invalid JWT. Access denied.",
            N_("The access token cannot be read, is not ours, or its consent was withdrawn."),
            N_("Refresh it, or let the user sign in again."),
        ),
        (
            401,
            Kind.UNAUTHENTICATED,
            "token_expired",
            "The access token is expired. Access denied.",
            N_("The access token is older than an hour."),
            N_("Refresh it with the refresh_token."),
        ),
        (
            401,
            Kind.UNAUTHENTICATED,
            "id_token",
            "Invalid JWT: an id_token does not give access. Access denied.",
            N_("An id_token was sent in place of the access_token."),
            N_("Send the access_token of the same answer."),
        ),
        (
            403,
            Kind.FORBIDDEN,
            "scope_missing",
            "Operation forbidden",
            N_("The access token lacks the scope of this operation."),
            N_("Add the scope to your application; the user then has to consent again."),
        ),
        (
            403,
            Kind.EXHAUSTED,
            "",
            "Out of call volume quota. Quota will be replenished in {wait}.",
            N_("The calls of this end-user for today are used up."),
            N_("Wait as long as Retry-After says; use notifications in place of polling."),
        ),
        (
            429,
            Kind.THROTTLED,
            "",
            "Rate limit is exceeded. Try again in {seconds} seconds.",
            N_("Too many calls in a short time."),
            N_("Wait as many seconds as Retry-After says."),
        ),
        (
            500,
            Kind.INTERNAL,
            "crashed",
            "Internal server error",
            N_("The service failed; it is our fault, and has been logged."),
            N_("Tell us the X-Flow-Id of the answer."),
        ),
        (
            503,
            Kind.UNAVAILABLE,
            "",
            "Service unavailable",
            N_("The service cannot work for a moment."),
            N_("Wait as long as Retry-After says, then send the call again."),
        ),
    )
)

APIS: tuple[Row, ...] = (
    Row(
        400,
        Kind.MALFORMED,
        "",
        "Bad request",
        N_("Something in the body, the query or the headers cannot be read."),
    ),
    Row(400, Kind.TOO_LARGE, "", "Bad request", N_("The call is larger than the gateway takes.")),
    Row(
        401,
        Kind.UNAUTHENTICATED,
        "",
        "Unauthorized",
        N_("The user of the token has no right to this plant or module."),
        N_("Make sure that the plant belongs to the user who signed in."),
    ),
    Row(403, Kind.FORBIDDEN, "", "Operation forbidden", N_("The operation is not allowed.")),
    Row(
        404,
        Kind.UNKNOWN,
        "",
        "Resource not found",
        N_("The user has no plant, module or subscription with this id."),
        N_("Take the ids from /plants and /topology."),
    ),
    Row(
        404,
        Kind.UNREACHABLE,
        "",
        "Gateway Offline",
        N_("The device is not connected at the moment."),
        N_("Check its Wi-Fi connection, and try again later."),
    ),
    Row(
        406,
        Kind.UNACCEPTABLE,
        "",
        "Request not acceptable",
        N_("The Accept header excludes what the operation answers with."),
        N_("Send Accept: application/json, or leave it out."),
    ),
    Row(
        408,
        Kind.TIMED_OUT,
        "",
        "Request timeout",
        N_("The device, or the body of the call, did not arrive in time."),
        N_("Try again."),
    ),
    Row(
        409,
        Kind.CONFLICT,
        "",
        "",
        N_("What is to be created exists; the operation's page has the text."),
    ),
    Row(
        430,
        Kind.INVALID,
        "",
        "Wrong input parameters",
        N_("The body can be read, but a value is not allowed."),
        N_("Compare it with the schema of the operation."),
    ),
    Row(
        469,
        Kind.PASSWORD_EXPIRED,
        "",
        "Password used in the Thermostat official app is expired. "
        "Please renew it through the official application.",
        N_("The user's password of the official application has expired."),
        N_("Ask the user to renew it there."),
    ),
    Row(
        470,
        Kind.TERMS_EXPIRED,
        "",
        "Terms and conditions for Thermostat official app are expired. "
        "Please accept them again through the official application.",
        N_("The user has to accept new terms in the official application."),
        N_("Ask the user to accept them there."),
    ),
    Row(
        486,
        Kind.BUSY,
        "",
        "Busy visual user interface",
        N_("Somebody is operating the device at its own screen."),
        N_("Try again after about 10 seconds."),
    ),
    Row(500, Kind.INTERNAL, "", "Server internal error", N_("The service failed.")),
)

TABLE: tuple[Row, ...] = (*GATEWAY, *APIS)
_ROWS = {(row.kind, row.code): row for row in TABLE}
_TOKEN_CODES = {"token_missing": 10, "token_invalid": 10, "id_token": 10, "token_expired": 11}
_THROTTLED = _ROWS[Kind.THROTTLED, ""]


def row_of(problem: Problem) -> Row:
    """By code, else by kind."""
    return _ROWS.get((problem.kind, problem.code)) or _ROWS[problem.kind, ""]


def refusal(
    problem: Problem,
    operation: Operation | None = None,
    *,
    quota_status: int = 403,
    token_error_shape: int = 1,
    error_body: ErrorBody | None = None,
) -> tuple[int, bytes]:
    """Status and body. ``operation`` is asked for the text where the table leaves it open.

    ``error_body`` makes the body of what an API itself refuses, where it has errors of its own.
    """
    row = row_of(problem)
    if row.kind is Kind.EXHAUSTED and quota_status == 429:
        row = _THROTTLED
    seconds = problem.retry_after or 0
    message = row.message or _documented(operation, row.status) or problem.detail
    message = message.replace("{wait}", timespan(seconds)).replace("{seconds}", str(seconds))
    if token_error_shape == 2 and problem.code in _TOKEN_CODES:
        return row.status, _json({"message": message, "code": _TOKEN_CODES[problem.code]})
    if row.by == "gateway":
        return row.status, b'{ "statusCode": %d, "message": %s }' % (row.status, _json(message))
    if error_body is not None:
        return row.status, _json(error_body(row.status, message, problem))
    return row.status, _json({"statusCode": row.status, "message": message})


def timespan(seconds: int) -> str:
    """``hh:mm:ss``, from a day on ``d.hh:mm:ss``, as .NET writes it."""
    days, rest = divmod(seconds, 86_400)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days}.{text}" if days else text


def _documented(operation: Operation | None, status: int) -> str:
    response = operation.responses.get(status) if operation else None
    for example in response.examples if response else ():
        if isinstance(example.value, dict) and isinstance(example.value.get("message"), str):
            return str(example.value["message"])
    return ""


_json = msgspec.json.Encoder().encode

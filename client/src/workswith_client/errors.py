"""Everything that can go wrong, as one tree; and which answer is which error.

    WorksWithError
    ├── ConfigurationError            what the client was told cannot be
    ├── StoreError                    tokens or the count cannot be read, written or locked
    ├── TransportError                no answer
    │   ├── NotReached                  the call never left: surely nothing has happened
    │   └── ConnectionLost              it may have happened
    │       └── TimedOut
    ├── SignInError                   nobody has signed in
    │   ├── SignInRefused               the person, or the login service, said no
    │   ├── SignInTimedOut              nobody came back in time
    │   └── SignInForged                another's answer: wrong ``state`` or ``iss``
    ├── TokenError                    no access token
    │   ├── SignInRequired              the person has to sign in (again)
    │   ├── ApplicationRefused          client id or secret are wrong
    │   │   └── SecretExpired             the secret needs a successor
    │   └── LoginUnavailable            later, perhaps
    ├── QuotaError                    the calls of the day
    │   ├── BudgetSpent                 not sent: by your own budget
    │   └── QuotaSpent                  said by the cloud
    ├── ApiError                      an answer that is a refusal
    │   ├── BadRequest                  400, 406
    │   ├── InvalidValues               430
    │   ├── Unauthorized                401: the token is not good for this
    │   │   └── KeyRefused                the subscription key is not
    │   ├── Forbidden                   403: a scope is missing
    │   ├── NotFound                    404
    │   │   └── GatewayOffline            the home is not connected
    │   ├── Conflict                    409
    │   ├── Throttled                   429
    │   ├── DeviceError
    │   │   ├── DeviceTimeout             408: the device did not answer
    │   │   └── DeviceBusy                486: somebody stands before it
    │   ├── AppAccountError
    │   │   ├── PasswordExpired           469: of the maker's app
    │   │   └── TermsExpired              470: of the maker's app
    │   ├── ServerError                 5xx
    │   └── UnexpectedAnswer            not what the API is documented to say
    └── WebhookError                  a request that is not a notification
        └── SignatureRefused

No text or ``repr`` of them has a token, a key or a secret. [contract §1.1, §9, §10.3]
"""

import json
from collections.abc import Mapping
from typing import Any

from .wire import Response


class WorksWithError(Exception):
    """Of this library; ``hint`` says what to do, if anybody knows."""

    hint: str = ""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        if hint:
            self.hint = hint

    @property
    def message(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigurationError(WorksWithError, ValueError):
    """What the client was told cannot be."""


class StoreError(WorksWithError):
    """Tokens or the count cannot be read, written or locked."""


class TransportError(WorksWithError):
    """There was no answer."""

    may_have_happened = True


class NotReached(TransportError):
    """No connection: surely nothing has happened."""

    may_have_happened = False


class ConnectionLost(TransportError):
    """It was sent, and may have happened."""


class TimedOut(ConnectionLost):
    """The answer did not come, or not wholly, in time."""


class SignInError(WorksWithError):
    """Nobody has signed in."""


class SignInRefused(SignInError):
    """``error`` is the word of RFC 6749, such as ``access_denied``."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error
        self.description = description


class SignInTimedOut(SignInError):
    """Nobody came back in time."""


class SignInForged(SignInError):
    """What came back does not belong to this sign-in; somebody may be trying something."""


class TokenError(WorksWithError):
    """There is no access token."""

    status: int = 0


class SignInRequired(TokenError):
    hint = "Let the person sign in (again)."


class ApplicationRefused(TokenError):
    hint = "Compare client id and secret with those of your application."


class SecretExpired(ApplicationRefused):
    hint = "Make a new secret for your application; the person need not sign in again."


class LoginUnavailable(TokenError):
    """The login service does not answer properly; the tokens are kept."""

    retry_after: float | None = None


class QuotaError(WorksWithError):
    """``until`` is when calls are possible again, in seconds since 1970 UTC."""

    def __init__(self, message: str, until: float, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.until = until


class BudgetSpent(QuotaError):
    """Not sent: your own budget says so."""


class QuotaSpent(QuotaError):
    """The cloud says so; other programs may have spent it."""


class ApiError(WorksWithError):
    """``flow_id`` is what to tell the operator of the cloud."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        flow_id: str = "",
        hint: str = "",
        operation: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.flow_id = flow_id
        self.operation = operation
        self.retry_after = retry_after

    def __str__(self) -> str:
        what = f"{self.operation}: " if self.operation else ""
        flow = f" [{self.flow_id}]" if self.flow_id else ""
        return f"{what}{self.status} {self.message}{flow} {self.hint}".strip()


class BadRequest(ApiError):
    pass


class InvalidValues(ApiError):
    pass


class Unauthorized(ApiError):
    pass


class KeyRefused(Unauthorized):
    hint = "Look at the keys of your subscription on the portal."


class Forbidden(ApiError):
    hint = "Add the scope to your application; the person then has to sign in again."


class NotFound(ApiError):
    pass


class GatewayOffline(NotFound):
    hint = "The home has no connection; nothing but patience helps."


class Conflict(ApiError):
    pass


class Throttled(ApiError):
    pass


class DeviceError(ApiError):
    pass


class DeviceTimeout(DeviceError):
    pass


class DeviceBusy(DeviceError):
    hint = "Somebody is using the device; try again after ten seconds."


class AppAccountError(ApiError):
    pass


class PasswordExpired(AppAccountError):
    hint = "The person has to renew the password in the maker's app."


class TermsExpired(AppAccountError):
    hint = "The person has to accept the terms in the maker's app."


class ServerError(ApiError):
    pass


class UnexpectedAnswer(ApiError):
    pass


class WebhookError(WorksWithError):
    """A request that is not a notification."""


class SignatureRefused(WebhookError):
    """Not signed by the cloud, or long ago."""


_OF_STATUS: Mapping[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    406: BadRequest,
    408: DeviceTimeout,
    409: Conflict,
    429: Throttled,
    430: InvalidValues,
    469: PasswordExpired,
    470: TermsExpired,
    486: DeviceBusy,
}
_LONGEST_MESSAGE = 300
LONGEST_BURST_SECONDS = 300


def of_answer(response: Response, operation: str = "") -> ApiError:
    """The error that an answer with a status of 300 or more is."""
    message = message_of(response)
    kind = _OF_STATUS.get(
        response.status, ServerError if response.status >= 500 else UnexpectedAnswer
    )
    if kind is Unauthorized and "subscription key" in message:
        kind = KeyRefused
    if kind is NotFound and "offline" in message.lower():
        kind = GatewayOffline
    return kind(
        response.status,
        message,
        flow_id=response.headers.get("x-flow-id", ""),
        hint=response.headers.get("x-error-hint", ""),
        operation=operation,
        retry_after=response.retry_after,
    )


def unexpected(response: Response, operation: str, what: str) -> UnexpectedAnswer:
    """A good status with a body that is not the documented one."""
    return UnexpectedAnswer(
        response.status,
        what,
        flow_id=response.headers.get("x-flow-id", ""),
        operation=operation,
    )


def is_quota(response: Response) -> bool:
    """Whether the calls of the day are spent: 403 or 429, by its text, or by how long it lasts.

    A limit of a short time lasts 300 s at most. [contract D8; platform.md A1]
    """
    if response.status == 429 and (response.retry_after or 0) > LONGEST_BURST_SECONDS:
        return True
    return response.status in (403, 429) and "quota" in message_of(response).lower()


def message_of(response: Response) -> str:
    """From each of the shapes that errors come in, a proxy's page included."""
    try:
        body: Any = json.loads(response.body)
    except ValueError:
        body = None
    if isinstance(body, dict):
        first = body.get("errors")
        if isinstance(first, list) and first and isinstance(first[0], dict):
            body = {"message": first[0].get("internalMessage") or first[0].get("userMessage")}
        message = body.get("message") or body.get("error_description") or body.get("error")
        if isinstance(message, str):
            return " ".join(message.split())[:_LONGEST_MESSAGE]
    return "no JSON error body" if body is None else "an error body of an unknown shape"

"""The life of a call: token, budget, send, and what follows from the answer.

token --> budget --> send --+--> read the answer
  ^          ^              |--> 401 key: the other key          (once)
  |          |              |--> 401 token: renew it              (once, and not each minute)
  |          |              |--> quota spent: close the day
  '----------+---- wait <---'--> again, if the table in retries.py says so
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from . import errors, tokens
from .budget import Count, Spending, closed, spent
from .errors import ApiError, KeyRefused, NotReached, TransportError, Unauthorized
from .flow import Flow, send, wait
from .operation import Operation
from .retries import Again, Retries
from .wire import Request, Response

T = TypeVar("T")

RENEW_SECONDS = 60
"""A token younger than this is not the reason for a 401; renewing it again would be a loop."""


@dataclass(frozen=True, slots=True)
class Core:
    """What calls of one client share."""

    login: tokens.Login
    spending: Spending | None
    retries: Retries
    keys: list[str] = field(repr=False)
    """The first is used; a refused one goes to the end."""


@dataclass(slots=True)
class _State:
    """Of one call; each remedy helps once."""

    token: str = field(repr=False)
    key: str = field(repr=False)
    renewed: bool = False
    turned: bool = False


def call(core: Core, operation: Operation[T]) -> Flow[T]:
    """Raises `ApiError`, `TransportError`, `TokenError`, `QuotaError`, `StoreError`."""
    begun, waited, tried = core.login.now(), 0.0, 0
    state = _State((yield from tokens.access_token(core.login)), core.keys[0])
    while True:
        tried += 1
        error: Exception | None
        try:
            response = yield from _once(core, operation, state)
        except TransportError as lost:
            error = lost
        else:
            if response.status < 300 or (tried > 1 and response.status in operation.tolerates):
                return _read(operation, response)
            error = yield from _remedied(core, operation, state, response)
        if error is None:
            continue
        passed = max(waited, core.login.now() - begun)
        pause = core.retries.pause(error, again=operation.again, tried=tried, since=passed)
        if pause is None:
            raise error
        yield from wait(pause)
        waited += pause
        state.token = yield from tokens.access_token(core.login)


def _remedied(
    core: Core, operation: Operation[T], state: _State, response: Response
) -> Flow[ApiError | None]:
    """``None`` where the call can be made again at once; else the error that the answer is."""
    if errors.is_quota(response):
        if core.spending is not None:
            raise (yield from core.spending.close(response))
        raise spent(closed(Count(), response, core.login.now()))
    error = errors.of_answer(response, operation.name)
    if isinstance(error, KeyRefused):
        if state.turned or len(core.keys) == 1:
            return error
        state.turned = True
        if core.keys[0] == state.key:  # else another call was faster
            core.keys.append(core.keys.pop(0))
        state.key = core.keys[0]
        return None
    if isinstance(error, Unauthorized):
        if state.renewed or not (yield from _old(core, state.token)):
            return error
        state.renewed = True
        state.token = yield from tokens.access_token(core.login, stale=state.token)
        return None
    return error


def _once(core: Core, operation: Operation[T], state: _State) -> Flow[Response]:
    headers: dict[str, str] = {
        **core.login.headers,
        "accept": "application/json",
        "authorization": f"Bearer {state.token}",
        "ocp-apim-subscription-key": state.key,
    }
    body = None
    if operation.body is not None:
        headers["content-type"] = "application/json"
        body = json.dumps(operation.body, ensure_ascii=False).encode()
    url = core.login.service.api + operation.path
    request = Request(operation.method, url, headers, body, core.login.seconds)
    at = None
    if core.spending is not None:
        at = yield from core.spending.spend(command=operation.command)
    try:
        response = yield from send(request)
    except NotReached:
        if core.spending is not None and at is not None:
            yield from core.spending.give_back(at)
        raise
    if core.spending is not None:
        yield from core.spending.learn(response)
    return response


def _old(core: Core, token: str) -> Flow[bool]:
    """Whether a refused token may be refused for its age, or has a successor already."""
    kept = yield from tokens.load(core.login)
    age = core.login.now() - kept.obtained_at
    return kept.access_token != token or not 0 <= age < RENEW_SECONDS


def _read(operation: Operation[T], response: Response) -> T:
    try:
        body = response.json() if response.body.strip() else None
        return operation.read(body)
    except (ValueError, TypeError) as error:
        if operation.again is not Again.HARMLESS:
            return operation.read(None)  # it has been done, whatever the answer says
        raise errors.unexpected(response, operation.name, f"{error}") from error


def headers(user_agent: str) -> Mapping[str, str]:
    from . import __version__  # noqa: PLC0415  the root imports this module

    own = f"workswith-client/{__version__}"
    return {"user-agent": f"{user_agent} {own}".strip()}

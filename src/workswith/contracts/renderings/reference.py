"""The data of an operation's reference page, in the order in which the page shows it.

Request URL, parameters, headers, body, answers, errors: `contract/homecontrol.md` §6.2. [PRT-1]
"""

from dataclasses import dataclass
from http import HTTPStatus

from workswith.contracts.document import (
    Accepts,
    Body,
    Document,
    Example,
    Operation,
    Response,
    Whose,
)

from .calls import KEY_HEADER, KEY_PLACEHOLDER, content_type, text_of, token_placeholder
from .rows import Row, limits, rows, type_of


@dataclass(frozen=True, slots=True)
class MenuItem:
    operation_id: str
    method: str
    name: str


@dataclass(frozen=True, slots=True)
class ParameterView:
    name: str
    place: str
    type: str
    required: bool
    description: str
    example: str
    limits: tuple[str, ...]
    accepts: str


@dataclass(frozen=True, slots=True)
class HeaderView:
    name: str
    required: bool
    description: str
    value: str


@dataclass(frozen=True, slots=True)
class SampleView:
    """One example, as text to show."""

    name: str
    summary: str
    text: str


@dataclass(frozen=True, slots=True)
class BodyView:
    """``accepts`` says what is taken beyond ``rows``, ``accepted`` are the rows of that."""

    media_type: str
    required: bool
    description: str
    rows: tuple[Row, ...]
    samples: tuple[SampleView, ...]
    accepts: str
    accepted: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ResponseView:
    status: int
    reason: str
    description: str
    media_type: str
    headers: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    samples: tuple[SampleView, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class Page:
    """``responses`` are the successes, ``errors`` the rest, both by status."""

    api: str
    api_slug: str
    api_version: str
    operation_id: str
    name: str
    description: str
    method: str
    request_url: str
    scope: str
    called_by: Whose
    parameters: tuple[ParameterView, ...]
    headers: tuple[HeaderView, ...]
    body: BodyView | None
    responses: tuple[ResponseView, ...]
    errors: tuple[ResponseView, ...]


def menu(document: Document) -> tuple[MenuItem, ...]:
    return tuple(MenuItem(each.id, each.method, each.name) for each in document.operations)


def page(document: Document, operation: Operation, origin: str) -> Page:
    """``origin`` is the address of the API service, ``https://host[:port]``."""
    answers = [_response(each) for each in operation.responses.values()]
    return Page(
        api=document.title,
        api_slug=document.slug,
        api_version=document.version,
        operation_id=operation.id,
        name=operation.name,
        description=operation.description,
        method=operation.method,
        request_url=request_url(document, operation, origin),
        scope=operation.scope,
        called_by=operation.called_by,
        parameters=tuple(
            ParameterView(
                name=each.name,
                place=each.place,
                type=type_of(each.schema),
                required=each.required,
                description=each.description,
                example=text_of(each.example),
                limits=limits(each.schema),
                accepts=_sentence(each.accepts),
            )
            for each in operation.parameters
        ),
        headers=_headers(operation),
        body=_body(operation.body) if operation.body else None,
        responses=tuple(each for each in answers if each.status < 400),
        errors=tuple(each for each in answers if each.status >= 400),
    )


def request_url(document: Document, operation: Operation, origin: str) -> str:
    """``https://host/echo/resource?param1={param1}[&param2]``: in brackets what may be left out."""
    query = operation.parameters_in("query")
    required = "&".join(f"{each.name}={{{each.name}}}" for each in query if each.required)
    optional = "".join(f"[&{each.name}]" for each in query if not each.required)
    if optional and not required:
        optional = optional.replace("&", "?", 1)
    url = f"{origin.rstrip('/')}{document.base_path}{operation.path}"
    return url + (f"?{required}" if required else "") + optional


def body_view(body: Body) -> BodyView:
    """A body by itself: of a request, or of a notification."""
    return _body(body)


def _headers(operation: Operation) -> tuple[HeaderView, ...]:
    scope = f" with the scope {operation.scope}" if operation.scope else "; any scope will do"
    token = "OAuth 2.0 access token obtained by the authorization code grant"  # noqa: S105  a sentence
    if operation.called_by == "application":
        token = "Token of the application, made by its owner on its page Notifications"  # noqa: S105
    headers = [
        HeaderView(
            KEY_HEADER,
            True,
            "Subscription key that gives access to this API; it is found in your profile.",
            KEY_PLACEHOLDER,
        ),
        HeaderView(
            "Authorization",
            True,
            f"{token}{scope}.",
            f"Bearer {token_placeholder(operation)}",
        ),
    ]
    if operation.body:
        media_type = content_type(operation.body)
        headers.append(HeaderView("Content-Type", False, "Media type of the body.", media_type))
    return tuple(headers)


def _body(body: Body) -> BodyView:
    return BodyView(
        media_type=body.media_type,
        required=body.required,
        description=body.description,
        rows=rows(body.schema),
        samples=_samples(body.examples),
        accepts=_sentence(body.accepts),
        accepted=rows(body.accepts.schema) if body.accepts else (),
    )


def _response(response: Response) -> ResponseView:
    return ResponseView(
        status=response.status,
        reason=_reason(response),
        description=response.description,
        media_type=response.media_type or "",
        headers=tuple(response.headers.items()),
        rows=rows(response.schema or {}),
        samples=_samples(response.examples),
        origin=response.origin,
    )


def _reason(response: Response) -> str:
    """The standard phrase; for the vendor's own statuses what the error's body says."""
    try:
        return HTTPStatus(response.status).phrase
    except ValueError:
        if not response.examples:
            return ""
        example = response.examples[0]
        said = example.value.get("message") if isinstance(example.value, dict) else None
        return str(said or example.summary)


def _samples(examples: tuple[Example, ...]) -> tuple[SampleView, ...]:
    return tuple(SampleView(each.name, each.summary, text_of(each.value)) for each in examples)


def _sentence(accepts: Accepts | None) -> str:
    return accepts.description if accepts else ""

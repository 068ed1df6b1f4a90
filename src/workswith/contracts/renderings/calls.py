"""One HTTP request of an operation, complete and correctly encoded.

Code samples print it, Try it sends it, tests replay it: all three therefore agree.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from workswith.contracts.document import Body, Document, Operation
from workswith.contracts.paths import variables

KEY_HEADER = "Ocp-Apim-Subscription-Key"
KEY_PLACEHOLDER = "{subscription key}"
TOKEN_PLACEHOLDER = "{access token}"  # noqa: S105 -- a placeholder for people
OWN_TOKEN_PLACEHOLDER = "{token of the application}"  # noqa: S105 -- another one


@dataclass(frozen=True, slots=True)
class Call:
    """``url`` is absolute; ``body`` is text or ``None``."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str | None = None


def compose(
    document: Document,
    operation: Operation,
    origin: str,
    *,
    key: str = KEY_PLACEHOLDER,
    token: str = "",
    values: Mapping[str, str] | None = None,
    body: str | None = None,
) -> Call:
    """A call of ``operation`` at the API service ``origin`` (``https://host[:port]``).

    ``values`` are path and query parameters by name. Without it the examples of the document are
    taken; a query parameter that is empty or absent in it is left out, a path parameter that is
    absent stays as ``{name}``. ``body`` is sent as given, by default the first example.
    """
    if values is None:
        values = {each.name: text_of(each.example) for each in operation.parameters}
    path = operation.path
    for name in variables(path):
        if values.get(name):
            path = path.replace(f"{{{name}}}", quote(values[name], safe=""))
    query = [
        (each.name, values[each.name])
        for each in operation.parameters_in("query")
        if values.get(each.name)
    ]
    url = f"{origin.rstrip('/')}{document.base_path}{path}"
    if body is None and operation.body:
        body = text_of(operation.body.examples[0].value)
    token = token or token_placeholder(operation)
    return Call(
        method=operation.method,
        url=f"{url}?{urlencode(query, quote_via=quote)}" if query else url,
        headers=tuple(headers_of(operation, key, token)),
        body=body or None,
    )


def token_placeholder(operation: Operation) -> str:
    """What stands for the token that the operation takes."""
    return TOKEN_PLACEHOLDER if operation.called_by == "user" else OWN_TOKEN_PLACEHOLDER


def headers_of(operation: Operation, key: str, token: str) -> list[tuple[str, str]]:
    headers = [(KEY_HEADER, key), ("Authorization", f"Bearer {token}")]
    if operation.body:
        headers.append(("Content-Type", content_type(operation.body)))
    return headers


def content_type(body: Body) -> str:
    """The media type to send; JSON where anything goes."""
    return "application/json" if "*" in body.media_type else body.media_type


def text_of(value: Any) -> str:
    """How an example stands in a form or a request: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)

"""A Postman collection (v2.1) of the whole flow: authorize, token, refresh, then every operation.

It runs from top to bottom, in Postman and in its command-line runner. What a later request needs is
kept by the test script of an earlier one; which values these are stands in the documents as links.
Only the ``code`` comes from outside: a person copies it from the address bar after the sign-in. [PRT-3]
"""

import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from workswith.contracts.document import Body, Document, Operation, Response, Schema

from .calls import KEY_HEADER, content_type, text_of

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_VARIABLE = re.compile(r"\{([A-Za-z0-9_]+)\}")
_TOKENS = {"user": "access_token", "application": "notifications_token"}
"""The variable with the token that an operation takes."""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Flow:
    """Where to and as whom. Origins are ``https://host[:port]``; what is empty the user fills in.

    ``endpoint_url`` is the address that the collection subscribes to notifications,
    ``notifications_token`` the application's own for the API Notifications. ``known`` are
    values of path parameters that no answer of a document tells: by its slug and their names.
    """

    login: str
    api: str
    client_id: str = ""
    client_secret: str = ""
    redirect_uri: str = ""
    subscription_key: str = ""
    notifications_token: str = ""
    endpoint_url: str = "https://application.example/notifications"
    state: str = "af0ifjsldkj"
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def collection(name: str, documents: Sequence[Document], flow: Flow) -> dict[str, Any]:
    """A value for JSON. Folders: Authorization, then one for each document in its order."""
    return {
        "info": {
            "_postman_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{flow.api}#{name}")),
            "name": name,
            "description": (
                "The whole flow. Fill in the variables, open GET /authorize in a browser, sign in, "
                "copy the code from the address that you are sent back to into the variable code, "
                "then run the requests from top to bottom."
            ),
            "schema": SCHEMA,
        },
        "auth": {"type": "noauth"},
        "variable": _variables(documents, flow),
        "item": [
            {
                "name": "Authorization",
                "description": "OAuth 2.0 authorization code flow.",
                "item": [_authorize(), _token_by_code(), _token_by_refresh()],
            },
            *(_folder(each, flow.known.get(each.slug, {})) for each in documents),
        ],
    }


def _variables(documents: Iterable[Document], flow: Flow) -> list[dict[str, str]]:
    values = {
        "login": flow.login.rstrip("/"),
        "api": flow.api.rstrip("/"),
        "client_id": flow.client_id,
        "client_secret": flow.client_secret,
        "redirect_uri": flow.redirect_uri,
        "state": flow.state,
        "code": "",
        "access_token": "",
        "refresh_token": "",
        "notifications_token": flow.notifications_token,
        "subscription_key": flow.subscription_key,
        "endpoint_url": flow.endpoint_url,
    }
    for document in documents:
        for operation in document.operations:
            for parameter in operation.parameters_in("path"):
                choices = parameter.schema.get("enum", ())
                values.setdefault(_snake(parameter.name), choices[0] if choices else "")
    return [{"key": key, "value": value, "type": "string"} for key, value in values.items()]


# --- the folder Authorization


def _authorize() -> dict[str, Any]:
    query = {
        "client_id": "{{client_id}}",
        "redirect_uri": "{{redirect_uri_encoded}}",
        "response_type": "code",
        "state": "{{state}}",
    }
    encode = (
        'pm.variables.set("redirect_uri_encoded", '
        'encodeURIComponent(pm.variables.get("redirect_uri")));'
    )
    return {
        "name": "GET /authorize",
        "event": [_script("prerequest", [encode]), _script("test", _status_test(200))],
        "request": {
            "method": "GET",
            "description": (
                "Open it in a browser: sign in, give consent, and take the code from the address "
                "that you are sent back to. Sent from here it shows the sign-in page."
            ),
            "header": [{"key": "Accept", "value": "text/html"}],
            "url": _url("{{login}}", "/authorize", query),
        },
        "response": [],
    }


def _token_by_code() -> dict[str, Any]:
    return _token(
        "POST /token (authorization_code)",
        "Exchanges the code, once and within minutes, for tokens.",
        {"grant_type": "authorization_code", "code": "{{code}}"},
    )


def _token_by_refresh() -> dict[str, Any]:
    return _token(
        "POST /token (refresh_token)",
        "Exchanges the refresh token for new tokens; the old refresh token must not be used again.",
        {"grant_type": "refresh_token", "refresh_token": "{{refresh_token}}"},
    )


def _token(name: str, description: str, fields: dict[str, str]) -> dict[str, Any]:
    everything = {
        "client_id": "{{client_id}}",
        "client_secret": "{{client_secret}}",
        **fields,
    }
    keep = [
        *_status_test(200),
        "if (pm.response.code === 200) {",
        "  const answer = pm.response.json();",
        '  pm.test("Tokens are of type Bearer", function () {',
        '    pm.expect(answer.token_type).to.eql("Bearer");',
        "  });",
        '  pm.collectionVariables.set("access_token", answer.access_token);',
        '  pm.collectionVariables.set("refresh_token", answer.refresh_token);',
        "}",
    ]
    return {
        "name": name,
        "event": [_script("test", keep)],
        "request": {
            "method": "POST",
            "description": description,
            "header": [],
            "body": {
                "mode": "urlencoded",
                "urlencoded": [
                    {"key": key, "value": value, "type": "text"}
                    for key, value in everything.items()
                ],
            },
            "url": _url("{{login}}", "/token", {}),
        },
        "response": [],
    }


# --- one folder for each document


def _folder(document: Document, known: Mapping[str, str]) -> dict[str, Any]:
    lines = [
        f"pm.collectionVariables.set({json.dumps(_snake(name))}, {json.dumps(value)});"
        for name, value in known.items()
    ]
    return {
        "name": document.title,
        "description": document.description,
        **({"event": [_script("prerequest", lines)]} if lines else {}),
        "item": [_item(document, operation) for operation in document.operations],
    }


def _item(document: Document, operation: Operation) -> dict[str, Any]:
    request = _request(document, operation)
    script = [*_status_test(operation.success.status), *_keeping(operation.success)]
    return {
        "name": operation.name,
        "event": [_script("test", script)],
        "request": request,
        "response": [
            saved for each in operation.responses.values() for saved in _saved(each, request)
        ],
    }


def _request(document: Document, operation: Operation) -> dict[str, Any]:
    headers = [
        (KEY_HEADER, "{{subscription_key}}"),
        ("Authorization", f"Bearer {{{{{_TOKENS[operation.called_by]}}}}}"),
    ]
    request: dict[str, Any] = {
        "method": operation.method,
        "description": operation.description,
        "url": _url(
            "{{api}}",
            document.base_path + _VARIABLE.sub(_in_braces, operation.path),
            {
                each.name: text_of(each.example)
                for each in operation.parameters_in("query")
                if each.required
            },
        ),
    }
    if operation.body:
        headers.append(("Content-Type", content_type(operation.body)))
        value = _filled_in(operation.body)
        request["body"] = {
            "mode": "raw",
            "raw": text_of(value),
            "options": {"raw": {"language": "json"}},
        }
    request["header"] = [{"key": key, "value": value} for key, value in headers]
    return request


def _filled_in(body: Body) -> Any:
    """The first example with variables: the application's address, and ids that a path has too."""
    value = body.examples[0].value
    members = body.schema.get("properties", {})
    if not isinstance(value, dict):
        return value
    return {name: _variable_for(members.get(name, {}), each) for name, each in value.items()}


def _variable_for(schema: Schema, value: Any) -> Any:
    """``x-same-as`` names the path parameter that a member has the value of."""
    if schema.get("format") == "uri":
        return "{{endpoint_url}}"
    if "x-same-as" in schema:
        return f"{{{{{_snake(schema['x-same-as'])}}}}}"
    if isinstance(value, list) and "x-same-as" in schema.get("items", {}):
        return [_variable_for(schema["items"], value[0])]
    return value


def _keeping(response: Response) -> list[str]:
    """Lines that keep what the links of an answer point to."""
    lines = []
    for link in response.links:
        steps = "".join(
            f"?.[{step if step.isdecimal() else json.dumps(step)}]" for step in link.pointer
        )
        variable = json.dumps(_snake(link.parameter))
        lines += [
            f"if (pm.response.code === {response.status}) {{",
            f"  const value = pm.response.json(){steps};",
            f"  if (value) pm.collectionVariables.set({variable}, value);",
            "}",
        ]
    return lines


def _saved(response: Response, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Saved examples, which Postman shows beside the request."""
    sent = {key: value for key, value in request.items() if key != "description"}
    common = {
        "originalRequest": sent,
        "status": _phrase(response.status),
        "code": response.status,
        "header": [{"key": "Content-Type", "value": response.media_type}]
        if response.media_type
        else [],
    }
    if not response.examples:
        return [{"name": str(response.status), **common, "body": ""}]
    return [
        {"name": f"{response.status} {each.summary}", **common, "body": text_of(each.value)}
        for each in response.examples
    ]


# --- parts


def _status_test(status: int) -> list[str]:
    return [
        f'pm.test("Status code is {status}", function () {{',
        f"  pm.response.to.have.status({status});",
        "});",
    ]


def _script(listen: str, lines: list[str]) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": lines}}


def _url(host: str, path: str, query: dict[str, str]) -> dict[str, Any]:
    text = "&".join(f"{key}={value}" for key, value in query.items())
    url: dict[str, Any] = {
        "raw": f"{host}{path}" + (f"?{text}" if text else ""),
        "host": [host],
        "path": path.removeprefix("/").split("/"),
    }
    if query:
        url["query"] = [{"key": key, "value": value} for key, value in query.items()]
    return url


def _in_braces(match: re.Match[str]) -> str:
    return f"{{{{{_snake(match[1])}}}}}"


def _snake(name: str) -> str:
    """``plantId`` → ``plant_id``."""
    return _WORD.sub("_", name).lower()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)

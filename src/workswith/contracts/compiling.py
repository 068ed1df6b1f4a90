"""Turns an OpenAPI 3.1 document into a `Document`.

Decides what of OpenAPI this program speaks: one server (the base path), references inside the
document, one media type per body, security by a subscription key and either OAuth 2.0 (the token of a user) or a
bearer token of the application's own, whose roles are its scopes. Extensions:
``x-changes`` (its history, for people), ``x-slug`` (the API's name in addresses), ``x-accepts`` (leniency), ``x-also-at`` (other spellings of
a path), ``x-same-as`` (a member of a body that is an id of a path; for renderings) and ``x-published-in`` (an answer that the operation's own page does not list).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs

from .document import (
    Accepts,
    Body,
    ContractError,
    Document,
    Example,
    Link,
    Notification,
    Operation,
    Parameter,
    Response,
    Whose,
)
from .paths import variables
from .reading import read, resolved

METHODS = frozenset({"get", "put", "post", "delete", "head", "patch", "options"})
_NOTHING: Mapping[str, Any] = {}
_TOKENS: Mapping[str, Whose] = {"oauth2": "user", "http": "application"}
"""Whose token each type of security scheme means. Roles of a bearer token: OpenAPI 3.1 §4.8.30."""


def load(path: Path) -> Document:
    """Reads and compiles one document. Raises `ContractError` with everything that is wrong."""
    return compile_document(read(path), path.name)


def compile_document(raw: dict[str, Any], subject: str) -> Document:
    """Compiles a document that is already read. Raises `ContractError`."""
    whole = resolved(raw, subject)
    compiler = _Compiler(raw)
    document = compiler.document(whole)
    if compiler.flaws:
        raise ContractError(subject, compiler.flaws)
    return document


class _Compiler:
    """Walks the document once and notes every flaw on the way."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.flaws: list[str] = []
        self._raw = raw
        self._schemes = _mapping(_mapping(raw, "components"), "securitySchemes")

    def document(self, whole: dict[str, Any]) -> Document:
        info = _mapping(whole, "info")
        if not str(whole.get("openapi", "")).startswith("3.1"):
            self.flaws.append("it is not OpenAPI 3.1")
        return Document(
            slug=self._text(whole, "x-slug", "the document"),
            title=self._text(info, "title", "info"),
            version=self._text(info, "version", "info"),
            base_path=self._base_path(whole),
            summary=self._text(info, "summary", "info"),
            description=self._text(info, "description", "info"),
            operations=tuple(self._operations(whole)),
            notifications=tuple(self._notifications(whole)),
            raw=self._raw,
        )

    def _base_path(self, whole: dict[str, Any]) -> str:
        servers = whole.get("servers")
        if not (isinstance(servers, list) and len(servers) == 1):
            self.flaws.append("it does not name exactly one server")
            return ""
        path = urlsplit(self._text(servers[0], "url", "servers")).path
        if not path.startswith("/") or path.endswith("/"):
            self.flaws.append(f"the server's path {path!r} does not begin, or ends, with a slash")
        return path

    def _operations(self, whole: dict[str, Any]) -> Iterator[Operation]:
        seen: set[str] = set()
        for path, item in _mapping(whole, "paths").items():
            if not path.startswith("/"):
                self.flaws.append(f"the path {path!r} does not begin with a slash")
            for method in (key for key in item if key in METHODS):
                operation = self._operation(method.upper(), path, item, item[method])
                if operation.id in seen:
                    self.flaws.append(f"{operation.id}: the operationId stands twice")
                seen.add(operation.id)
                yield operation

    def _operation(
        self, method: str, path: str, shared: Mapping[str, Any], item: Mapping[str, Any]
    ) -> Operation:
        name = self._text(item, "operationId", f"{method} {path}") or f"{method} {path}"
        secured, scope, whose = self._security(name, item)
        return Operation(
            id=name,
            name=self._text(item, "summary", name),
            description=self._text(item, "description", name),
            method=method,
            path=path,
            scope=scope,
            secured=secured,
            called_by=whose,
            parameters=tuple(
                self._parameter(name, each)
                for each in [*shared.get("parameters", []), *item.get("parameters", [])]
            ),
            body=self._body(name, item["requestBody"]) if "requestBody" in item else None,
            responses=dict(sorted(self._responses(name, item))),
            also_at=tuple(self._also_at(name, path, shared.get("x-also-at", []))),
        )

    def _also_at(self, name: str, path: str, others: list[Any]) -> Iterator[str]:
        for other in others:
            same = isinstance(other, str) and set(variables(other)) == set(variables(path))
            if not same or not other.startswith("/"):
                self.flaws.append(f"{name}: x-also-at {other!r} is no spelling of {path}")
            yield str(other)

    def _security(self, name: str, item: Mapping[str, Any]) -> tuple[bool, str, Whose]:
        """Whether key and token are both asked for in every alternative, the scope, whose token."""
        scopes: set[str] = set()
        whose: set[Whose] = set()
        alternatives = item.get("security") or []
        secured = bool(alternatives)
        for alternative in alternatives:
            kinds = {
                scheme: str(_mapping(self._schemes, scheme).get("type")) for scheme in alternative
            }
            tokens = [kind for kind in kinds.values() if kind in _TOKENS]
            secured = secured and len(tokens) == 1 and {*kinds.values()} == {"apiKey", *tokens}
            whose.update(_TOKENS[kind] for kind in tokens)
            for scheme, wanted in alternative.items():
                if kinds[scheme] in _TOKENS:
                    scopes.add(" ".join(wanted))
        if len(scopes) > 1 or len(whose) > 1:
            self.flaws.append(f"{name}: its security alternatives ask for different scopes")
        return secured, min(scopes, default=""), min(whose, default="user")

    def _parameter(self, name: str, item: Mapping[str, Any]) -> Parameter:
        label = f"{name}: parameter {item.get('name', '?')}"
        place = self._text(item, "in", label)
        if place not in {"path", "query", "header"}:
            self.flaws.append(f"{label} is in {place!r}")
        return Parameter(
            name=self._text(item, "name", label),
            place=place,
            required=bool(item.get("required")),
            description=self._text(item, "description", label),
            schema=self._schema(item, label),
            example=item.get("example"),
            accepts=self._accepts(item, label),
        )

    def _body(self, name: str, item: Mapping[str, Any]) -> Body:
        label = f"{name}: request body"
        media_type, media = self._media(item, label)
        return Body(
            description=self._text(item, "description", label),
            required=bool(item.get("required")),
            media_type=media_type or "",
            schema=self._schema(media, label),
            examples=tuple(_examples(media)),
            accepts=self._accepts(media, label),
        )

    def _responses(self, name: str, item: Mapping[str, Any]) -> Iterator[tuple[int, Response]]:
        for key, answer in _mapping(item, "responses").items():
            label = f"{name}: response {key}"
            if not str(key).isdecimal():
                self.flaws.append(f"{label} is not a status")
                continue
            media_type, media = self._media(answer, label) if "content" in answer else (None, {})
            yield (
                int(key),
                Response(
                    status=int(key),
                    description=self._text(answer, "description", label),
                    media_type=media_type,
                    schema=self._schema(media, label) if media_type else None,
                    examples=tuple(_examples(media)),
                    headers={
                        header: str(each.get("description", ""))
                        for header, each in answer.get("headers", {}).items()
                    },
                    links=tuple(self._links(answer, label)),
                    origin=str(answer.get("x-published-in", "")),
                ),
            )

    def _links(self, answer: Mapping[str, Any], label: str) -> Iterator[Link]:
        for each in _mapping(answer, "links").values():
            for parameter, expression in each.get("parameters", {}).items():
                start, _, pointer = str(expression).partition("#/")
                if start != "$response.body" or not pointer:
                    self.flaws.append(f"{label}: link expression {expression!r}")
                yield Link(each.get("operationId", ""), parameter, tuple(pointer.split("/")))

    def _notifications(self, whole: dict[str, Any]) -> Iterator[Notification]:
        for name, item in _mapping(whole, "webhooks").items():
            post = _mapping(item, "post")
            yield Notification(
                name=name,
                summary=self._text(post, "summary", name),
                description=self._text(post, "description", name),
                body=self._body(name, _mapping(post, "requestBody")),
            )

    def _media(self, item: Mapping[str, Any], label: str) -> tuple[str | None, Mapping[str, Any]]:
        content = _mapping(item, "content")
        if len(content) != 1:
            self.flaws.append(f"{label} has {len(content)} media types instead of one")
            return None, _NOTHING
        return next(iter(content.items()))

    def _accepts(self, item: Mapping[str, Any], label: str) -> Accepts | None:
        accepts = item.get("x-accepts")
        if accepts is None:
            return None
        return Accepts(
            description=self._text(accepts, "description", f"{label}, x-accepts"),
            schema=self._schema(accepts, f"{label}, x-accepts"),
            required=accepts.get("required"),
            media_types=tuple(accepts.get("media_types", ())),
        )

    def _schema(self, item: Mapping[str, Any], label: str) -> Mapping[str, Any]:
        schema = item.get("schema")
        if not isinstance(schema, dict):
            self.flaws.append(f"{label} has no schema")
            return _NOTHING
        try:
            jsonschema_rs.Draft202012Validator(schema)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            self.flaws.append(f"{label}: the schema is not one: {str(error).splitlines()[0]}")
        return schema

    def _text(self, item: Mapping[str, Any], key: str, label: str) -> str:
        text = item.get(key)
        if not isinstance(text, str) or not text.strip():
            self.flaws.append(f"{label} has no {key}")
            return ""
        return text.strip()


def _mapping(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = item.get(key)
    return found if isinstance(found, dict) else _NOTHING


def _examples(media: Mapping[str, Any]) -> Iterator[Example]:
    for name, each in _mapping(media, "examples").items():
        yield Example(name, str(each.get("summary", "")), each.get("value"))

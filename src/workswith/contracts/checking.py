"""Checks a call against its operation: Accept, size, query, body.

The one place that decides between 400 and 430 (the contract leaves it open, ``smarther.md`` §13.4):

- **malformed** (400): not JSON, not an object, a value of the wrong JSON type, a missing member
  that is always required;
- **invalid** (430 where the operation documents it, else 400): a value outside its enum, range,
  pattern or number of items, or a missing member that only the chosen mode requires.

Where a document has an ``x-accepts`` schema, that schema decides; the published one is for readers.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs

from workswith.kernel.problem import Kind, Problem

from .accepting import accepts
from .bodies import parse
from .document import Body, Operation, Parameter, Schema
from .forms import FORM, parse_form

BODY_LIMIT = 65_536
"""Bytes of a request body, where the caller names no other limit."""

_CODES = {"type": "wrong_type", "required": "member_missing"}
"""Of what makes a body unreadable."""
_CONDITIONAL = frozenset({"then", "else"})
_RULES = {
    "type": "has the wrong type",
    "required": "is missing",
    "enum": "is not one of the allowed values",
    "const": "is not the allowed value",
    "pattern": "does not have the documented form",
    "minimum": "is below the documented range",
    "maximum": "is above the documented range",
    "minLength": "is too short",
    "maxLength": "is too long",
    "minItems": "has too few items",
    "maxItems": "has too many items",
}

Check = Callable[[Mapping[str, str], Mapping[str, str], bytes, int], Any]


def checker(operation: Operation) -> Check:
    """Compiles an operation into a function (query, headers, raw body, limit) → parsed body.

    Header names are lower-case. The function raises only `Problem`.
    """
    offered = _offered(operation) if 406 in operation.responses else None
    parameters = [(each, _query_check(each)) for each in operation.parameters_in("query")]
    invalid = Kind.INVALID if 430 in operation.responses else Kind.MALFORMED
    body = operation.body
    schema = _validator((body.accepts or body).schema) if body and body.is_json else None
    read = _reader(body) if body else None
    optional = body is not None and not body.required

    def check(query: Mapping[str, str], headers: Mapping[str, str], raw: bytes, limit: int) -> Any:
        if offered and not accepts(headers.get("accept"), offered):
            raise Problem(
                Kind.UNACCEPTABLE,
                "not_acceptable",
                "The Accept header allows no media type of this answer.",
                hint="Send Accept: application/json, or no Accept header.",
                field="Accept",
            )
        if len(raw) > limit:
            raise Problem(
                Kind.TOO_LARGE, "body_too_large", f"The body is larger than {limit} bytes."
            )
        for parameter, valid in parameters:
            _check_query(parameter, valid, query.get(parameter.name))
        if schema is None or read is None or (optional and not raw):
            return None
        value = read(raw, headers.get("content-type"))
        if not schema.is_valid(value):
            raise _refusal(schema, value, invalid)
        return value

    return check


def _reader(body: Body) -> Callable[[bytes, str | None], Any]:
    """How a body is read: as JSON, or as its Content-Type says where the document names some."""
    schema, taken = (body.accepts or body).schema, body.accepts and body.accepts.media_types
    if not taken:
        return lambda raw, _content_type: parse(raw)

    def read(raw: bytes, content_type: str | None) -> Any:
        media_type = (content_type or "").partition(";")[0].strip().lower()
        if media_type and media_type not in taken:
            raise Problem(
                Kind.MALFORMED,
                "content_type",
                f"The Content-Type is none of {', '.join(taken)}.",
                field="Content-Type",
            )
        return parse_form(raw, schema) if media_type == FORM else parse(raw)

    return read


def _offered(operation: Operation) -> tuple[str, ...]:
    media = {each.media_type for each in operation.responses.values() if each.media_type}
    return tuple(sorted(media)) or ("application/json",)


def _validator(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(dict(schema))


def _query_check(parameter: Parameter) -> Callable[[str], bool]:
    schema = (parameter.accepts or parameter).schema
    validator = _validator(schema)
    number = schema.get("type") in ("number", "integer")

    def valid(text: str) -> bool:
        return validator.is_valid(_number(text) if number else text)

    return valid


def _number(text: str) -> Any:
    """The number that the text is, or the text itself, which then fails by its type."""
    try:
        return parse(text.strip().encode("utf-8", "replace"))
    except Problem:
        return text


def _check_query(parameter: Parameter, valid: Callable[[str], bool], text: str | None) -> None:
    if text is None:
        required = parameter.required
        if parameter.accepts and parameter.accepts.required is not None:
            required = parameter.accepts.required
        if required:
            _refuse_query(parameter, "is missing")
        return
    try:
        fits = valid(text)
    except UnicodeEncodeError:  # a lone surrogate from a query that was not UTF-8
        fits = False
    if not fits:
        _refuse_query(parameter, "does not have the documented form")


def _refuse_query(parameter: Parameter, rule: str) -> None:
    raise Problem(
        Kind.MALFORMED,
        "query_parameter",
        f"The query parameter {parameter.name} {rule}.",
        field=parameter.name,
    )


def _refusal(schema: jsonschema_rs.Draft202012Validator, value: Any, invalid: Kind) -> Problem:
    """The first unreadable thing, else the first that is not allowed."""
    problems = [_problem(error, invalid) for error in schema.iter_errors(value)]
    return min(problems, key=lambda problem: problem.kind is not Kind.MALFORMED)


def _problem(error: jsonschema_rs.ValidationError, invalid: Kind) -> Problem:
    """Says where and why, never what: the value may be long, or secret."""
    rule = error.kind.name
    steps = list(error.instance_path)
    if rule == "required":
        steps.append(error.kind.as_dict()["property"])
    conditional = any(step in _CONDITIONAL for step in error.schema_path)
    unreadable = rule in _CODES and not (rule == "required" and conditional)
    place = _place(steps)
    code = _CODES[rule] if unreadable else "body_invalid"
    detail = f"{place or 'The body'} {_RULES.get(rule, 'is not allowed')}."
    if rule == "required" and conditional:
        detail = f"{place} is missing; the chosen mode requires it."
    return Problem(Kind.MALFORMED if unreadable else invalid, code, detail, field=place)


def _place(steps: list[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")[:200]

"""The form of Try it, and the call that its values make. [PRT-2]"""

from collections.abc import Mapping
from dataclasses import dataclass

from workswith.contracts.document import Document, Operation, Parameter, Whose

from .calls import Call, compose, text_of
from .reference import SampleView

BODY_FIELD = "body"


@dataclass(frozen=True, slots=True)
class Field:
    """One input. ``name`` is unique in the form; ``choices`` is empty where anything may be typed.

    ``remembers`` names the value (``plantId``, ``moduleId``) that a page may fill in for its reader.
    """

    name: str
    label: str
    place: str
    description: str
    required: bool
    value: str
    choices: tuple[str, ...]
    remembers: str


@dataclass(frozen=True, slots=True)
class Form:
    operation_id: str
    method: str
    url: str
    scope: str
    called_by: Whose
    fields: tuple[Field, ...]
    takes_body: bool
    body: str
    media_type: str
    samples: tuple[SampleView, ...]


def form(document: Document, operation: Operation, origin: str) -> Form:
    """The empty form; values are the examples of the document."""
    body = operation.body
    samples = tuple(
        SampleView(each.name, each.summary, text_of(each.value))
        for each in (body.examples if body else ())
    )
    return Form(
        operation_id=operation.id,
        method=operation.method,
        url=f"{origin.rstrip('/')}{document.base_path}{operation.path}",
        scope=operation.scope,
        called_by=operation.called_by,
        fields=tuple(_field(each) for each in operation.parameters),
        takes_body=body is not None,
        body=samples[0].text if samples else "",
        media_type=body.media_type if body else "",
        samples=samples,
    )


def call(
    document: Document,
    operation: Operation,
    origin: str,
    values: Mapping[str, str],
    *,
    key: str,
    token: str,
) -> Call:
    """The call that a filled form makes; ``values`` by the names of its fields.

    Raises ``ValueError`` with the field's label when a path parameter is empty.
    """
    by_name = {each.name: values.get(_name(each), "").strip() for each in operation.parameters}
    for each in operation.parameters_in("path"):
        if not by_name[each.name]:
            raise ValueError(each.name)
    body = values.get(BODY_FIELD, "") if operation.body else None
    return compose(document, operation, origin, key=key, token=token, values=by_name, body=body)


def _field(parameter: Parameter) -> Field:
    left_out = parameter.place != "path" and not parameter.required
    return Field(
        name=_name(parameter),
        label=parameter.name,
        place=parameter.place,
        description=parameter.description,
        required=parameter.required,
        value="" if left_out else text_of(parameter.example),
        choices=tuple(str(each) for each in parameter.schema.get("enum", ())),
        remembers=parameter.name if parameter.place == "path" else "",
    )


def _name(parameter: Parameter) -> str:
    return f"{parameter.place}-{parameter.name}"

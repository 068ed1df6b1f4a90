"""What a document must have beyond its form before anyone may call it.

Every operation: security (key and token), a success and a 4xx answer, an example for each parameter
and body; every example satisfies its schema, every path parameter is described, every link leads
somewhere.
"""

from collections.abc import Iterable, Iterator

import jsonschema_rs

from .document import Body, Document, Example, Operation, Parameter, Response, Schema
from .paths import variables


def flaws(document: Document) -> list[str]:
    """Everything that is missing or wrong; empty for a document that can be served."""
    return [
        *(flaw for operation in document.operations for flaw in _operation(document, operation)),
        *(
            flaw
            for notification in document.notifications
            for flaw in _body(notification.name, notification.body)
        ),
    ]


def _operation(document: Document, operation: Operation) -> Iterator[str]:
    name = operation.id
    if not operation.secured:
        yield f"{name} does not ask for both a subscription key and a token"
    if not any(status < 300 for status in operation.responses):
        yield f"{name} has no success answer"
    if not any(400 <= status < 500 for status in operation.responses):
        yield f"{name} has no 4xx answer"
    described = {each.name for each in operation.parameters_in("path")}
    wanted = set(variables(operation.path))
    yield from (f"{name}: {{{each}}} is not described" for each in sorted(wanted - described))
    yield from (f"{name}: {each} is not in the path" for each in sorted(described - wanted))
    for parameter in operation.parameters:
        yield from _parameter(name, parameter)
    if operation.body:
        yield from _body(name, operation.body)
    for response in operation.responses.values():
        yield from _response(document, f"{name}: response {response.status}", response)


def _parameter(name: str, parameter: Parameter) -> Iterator[str]:
    label = f"{name}: parameter {parameter.name}"
    if parameter.example is None:
        yield f"{label} has no example"
        return
    example = Example("example", "", parameter.example)
    yield from _misfits(label, [example], parameter.schema)
    if parameter.accepts:
        yield from _misfits(f"{label}, x-accepts", [example], parameter.accepts.schema)


def _body(name: str, body: Body) -> Iterator[str]:
    label = f"{name}: request body"
    if not body.examples:
        yield f"{label} has no example"
    yield from _misfits(label, body.examples, body.schema)
    if body.accepts:
        yield from _misfits(f"{label}, x-accepts", body.examples, body.accepts.schema)


def _response(document: Document, label: str, response: Response) -> Iterator[str]:
    if response.schema is not None:
        if not response.examples:
            yield f"{label} has no example"
        yield from _misfits(label, response.examples, response.schema)
    known = {operation.id for operation in document.operations}
    yield from (
        f"{label}: a link leads to {link.operation!r}"
        for link in response.links
        if link.operation not in known
    )


def _misfits(label: str, examples: Iterable[Example], schema: Schema) -> Iterator[str]:
    validator = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)
    for example in examples:
        for error in validator.iter_errors(example.value):
            where = "/".join(str(step) for step in error.instance_path)
            yield f"{label}: example {example.name!r} at /{where}: {error.kind.name}"

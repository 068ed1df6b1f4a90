"""Holds what was sent against what the document says. For tests, and for faults under suspicion."""

from typing import Any

import jsonschema_rs
import msgspec

from .document import Notification, Operation, Schema


def answer_misfits(operation: Operation, status: int, body: bytes) -> list[str]:
    """What of an answer contradicts the document; empty when nothing does."""
    response = operation.responses.get(status)
    if response is None:
        return [f"{operation.id} does not document {status}"]
    if response.schema is None:
        return [f"{operation.id} documents no body for {status}"] if body else []
    if response.media_type != "application/json":
        return []
    return _misfits(f"{operation.id} {status}", body, response.schema)


def notification_misfits(notification: Notification, body: bytes) -> list[str]:
    """What of a notification contradicts the document."""
    return _misfits(notification.name, body, notification.body.schema)


def _misfits(label: str, body: bytes, schema: Schema) -> list[str]:
    try:
        value: Any = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        return [f"{label}: not JSON: {error}"]
    validator = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)
    return [
        f"{label} at /{'/'.join(str(step) for step in error.instance_path)}: {error.message}"
        for error in validator.iter_errors(value)
    ]

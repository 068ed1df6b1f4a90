"""Structured logs: one event, its fields, the flow it belongs to, and never a secret.

    _log = log.get("webhooks")
    _log.error("sending failed", endpoint=endpoint_id, exc_info=error)

Written here and not taken from a library, because every start pays for what it imports.
"""

import re
import sys
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, TextIO

import msgspec

from .clock import iso, wall

flow: ContextVar[str] = ContextVar("flow", default="")
"""The id of the call, page or turn that the current work belongs to."""

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
HIDDEN = "[hidden]"

_SECRET_NAME = re.compile(
    r"password|secret|token|authorization|cookie|subscription.?key|^key$|^code$|verifier|^otp$",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"(eyJ[\w-]{8,}\.[\w.-]+)"  # a token
    r"|((?:secret|token|password|code|key)=)[^&\s]+",
    re.IGNORECASE,
)


class _Output:
    """Where events go, for every logger at once."""

    def __init__(self) -> None:
        self.least = LEVELS["info"]
        self.as_json = False
        self.stream: TextIO | None = None


_output = _Output()


def configure(level: str = "info", *, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Sends events of ``level`` and above to ``stream`` (standard error), as text or as JSON.

    Called without arguments it is as it was in the beginning.
    """
    _output.least = LEVELS[level.lower()]
    _output.as_json = as_json
    _output.stream = stream


def get(name: str) -> "Logger":
    return Logger(name)


class Logger:
    """Of one area. Fields are words; ``exc_info`` is an exception, whose stack is written."""

    __slots__ = ("_area",)

    def __init__(self, area: str) -> None:
        self._area = area

    def debug(self, event: str, **fields: Any) -> None:
        self._write("debug", event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._write("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._write("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._write("error", event, fields)

    def _write(self, level: str, event: str, fields: dict[str, Any]) -> None:
        if LEVELS[level] < _output.least:
            return
        error: BaseException | None = fields.pop("exc_info", None)
        if current := flow.get():
            fields.setdefault("flow", current)
        fields = hide_secrets(fields)
        stack = _clean("", "".join(traceback.format_exception(error))) if error else ""
        line = (_as_json if _output.as_json else _as_text)(level, self._area, event, fields, stack)
        out = _output.stream or sys.stderr
        out.write(f"{line}\n")
        out.flush()


def hide_secrets(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Replaces what has a secret's name or a secret's shape, at any depth."""
    return {name: _clean(name, value) for name, value in fields.items()}


def _clean(name: str, value: Any) -> Any:
    if _SECRET_NAME.search(name) and value:
        return HIDDEN
    if isinstance(value, str):
        return _SECRET_TEXT.sub(lambda found: (found[2] or "") + HIDDEN, value)
    if isinstance(value, Mapping):
        return {key: _clean(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean("", item) for item in value]
    return value


def _as_json(level: str, area: str, event: str, fields: dict[str, Any], stack: str) -> str:
    document = {"at": iso(wall()), "level": level, "area": area, "event": _clean("", event)}
    document |= fields
    if stack:
        document["exception"] = stack
    return msgspec.json.encode(document, enc_hook=str).decode()


def _as_text(level: str, area: str, event: str, fields: dict[str, Any], stack: str) -> str:
    words = "".join(f" {name}={_word(value)}" for name, value in fields.items())
    line = f"{iso(wall())} {level:<8} {area}: {_clean('', event)}{words}"
    return f"{line}\n{stack.rstrip()}" if stack else line


def _word(value: Any) -> str:
    """On one line, so that nobody can write a second event into a field."""
    text = str(value)
    return text if text.isalnum() else repr(text)

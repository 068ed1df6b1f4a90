"""Structured logs: one event, its fields, the flow it belongs to, and never a secret."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, TextIO

import structlog

flow: ContextVar[str] = ContextVar("flow", default="")
"""The id of the call, page or turn that the current work belongs to."""

_SECRET_NAME = re.compile(
    r"password|secret|token|authorization|cookie|subscription.?key|^key$|^code$|verifier|^otp$",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"(eyJ[\w-]{8,}\.[\w.-]+)"  # a token
    r"|((?:secret|token|password|code|key)=)[^&\s]+",
    re.IGNORECASE,
)
HIDDEN = "[hidden]"


def get(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(area=name)
    return logger


def configure(level: str = "INFO", *, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Sends every event to ``stream`` (standard error), as lines for people or as JSON."""
    out = stream or sys.stderr
    renderer: Any = (
        structlog.processors.JSONRenderer(sort_keys=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=out.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_flow,
            structlog.processors.format_exc_info,
            hide_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )


def hide_secrets(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replaces what has a secret's name or a secret's shape, at any depth."""
    return {name: _clean(name, value) for name, value in event.items()}


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


def _add_flow(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if current := flow.get():
        event.setdefault("flow", current)
    return event

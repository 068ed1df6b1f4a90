"""The ``WORKSWITH_*`` variables that are no settings: what ``workswith env`` prints for programs."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DATA = "WORKSWITH_DATA"
"""The data folder, where ``--data`` is not given."""


@dataclass(frozen=True, slots=True)
class Variable:
    """``place`` are the members of sandbox.json that lead to its value."""

    name: str
    place: tuple[str, ...]
    meaning: str


TABLE = (
    Variable("WORKSWITH_URL", ("origins", "api"), "where the APIs are"),
    Variable("WORKSWITH_LOGIN", ("origins", "login"), "where /authorize and /token are"),
    Variable("WORKSWITH_PORTAL", ("origins", "portal"), "where the portal is"),
    Variable("WORKSWITH_SUBSCRIPTION_KEY", ("subscription", "primary_key"), "a subscription key"),
    Variable("WORKSWITH_CLIENT_ID", ("application", "client_id"), "the sample application"),
    Variable("WORKSWITH_CLIENT_SECRET", ("application", "client_secret"), "its secret"),
    Variable(
        "WORKSWITH_NOTIFICATIONS_TOKEN",
        ("application", "notifications_token"),
        "its token for the API Notifications",
    ),
    Variable("WORKSWITH_ACCESS_TOKEN", ("tokens", "access_token"), "a token of the home owner"),
    Variable("WORKSWITH_REFRESH_TOKEN", ("tokens", "refresh_token"), "and its refresh token"),
    Variable("WORKSWITH_SANDBOX", ("sandbox", "url"), "the control interface"),
    Variable("WORKSWITH_SANDBOX_TOKEN", ("sandbox", "token"), "what opens it"),
)
NAMES = frozenset({DATA, *(variable.name for variable in TABLE)})


def of(document: Mapping[str, Any]) -> dict[str, str]:
    """Their values for one sandbox; what it does not have is left out."""
    found: dict[str, str] = {}
    for variable in TABLE:
        value: Any = document
        for member in variable.place:
            value = value.get(member, "")
        if value:
            found[variable.name] = str(value)
    return found


def settings_environ() -> dict[str, str]:
    """The environment without them: the rest of ``WORKSWITH_*`` are settings."""
    return {name: value for name, value in os.environ.items() if name not in NAMES}

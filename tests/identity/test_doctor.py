"""The doctor finds what it is there to find, and a fresh installation has no failure."""

from dataclasses import replace
from typing import Any

import pytest

from workswith.identity import doctor
from workswith.identity.application import Application
from workswith.identity.doctor import Facts
from workswith.identity.metadata import metadata
from workswith.identity.settings import Settings

ORIGIN = "https://login.example.test"
POLICY = "default-src 'none'; script-src 'self'; frame-ancestors 'none'"


def application(**changes: Any) -> Application:
    return replace(
        Application(
            "id", "owner", "Warm", "d", "v", "", ("https://a.example/",), ("openid",), 1, None,
            "approved", "required", "", 0, 0,
        ),
        **changes,
    )  # fmt: skip


def facts(**changes: Any) -> Facts:
    good = Facts(
        settings=Settings(),
        login_origin=ORIGIN,
        metadata=metadata(ORIGIN, application()),
        policy=POLICY,
        headers={"referrer-policy": "no-referrer"},
        applications=[application()],
    )
    return replace(good, **changes)


def states(found: Facts) -> dict[str, str]:
    return {finding.item: finding.state for finding in doctor.examine(found)}


def test_a_fresh_installation_has_nothing_to_warn_of() -> None:
    assert set(states(facts()).values()) == {"good", "note"}


SICK: list[tuple[str, str, dict[str, Any]]] = [
    ("Transport is encrypted", "failure", {"login_origin": "http://login.example.test"}),
    ("Transport is encrypted", "note", {"login_origin": "http://localhost:8400"}),
    ("PKCE", "warning", {"applications": [application(pkce="optional")]}),
    ("Reply URLs use https", "failure", {"applications": [application(reply_urls=("http://a/",))]}),
    ("Codes are short-lived", "warning", {"settings": Settings(code_seconds=120)}),
    ("Access tokens live shortly", "warning", {"settings": Settings(access_token_seconds=7200)}),
    ("Retries of a refresh are bounded", "warning", {"settings": Settings(refresh_retry_seconds=300)}),
    ("No clickjacking", "failure", {"policy": "script-src 'self'"}),
    ("No leak by the referrer", "failure", {"headers": {}}),
    ("No foreign script reads /authorize", "failure", {"headers": {"access-control-allow-origin": "*"}}),
    ("No token in an address", "failure", {"metadata": {"response_modes_supported": ["fragment"]}}),
    ("Codes cannot be injected", "warning", {"applications": [application(pkce="optional")]}),
    ("Redirects lose what was typed", "failure", {"redirect_status": 307}),
    (
        "Signing out is no open redirect",
        "failure",
        {"applications": [application(post_logout_urls=("http://a.example/",))]},
    ),
    ("No implicit grant", "failure", {"metadata": {"response_types_supported": ["code", "token"]}}),
    ("No password grant", "failure", {"metadata": {"grant_types_supported": ["password"]}}),
    (
        "Refresh tokens rotate",
        "warning",
        {
            "settings": Settings(original_rotation_allowed=True),
            "applications": [application(rotation="original")],
        },
    ),
    (
        "Refresh tokens rotate",
        "failure",
        {
            "settings": Settings(original_rotation_allowed=True),
            "applications": [application(rotation="original", authentication="none")],
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("item", "state", "changes"), SICK)
def test_what_is_sick_is_found(item: str, state: str, changes: dict[str, Any]) -> None:
    if "metadata" in changes:
        changes = {"metadata": {**metadata(ORIGIN, application()), **changes["metadata"]}}
    assert states(facts(**changes))[item] == state

"""Calls to a running sandbox, with nothing but the standard library."""

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

import click

TIMEOUT_SECONDS = 600  # moving the clock by a year takes a while


def origin(document: dict[str, Any]) -> str:
    """Where the sandbox is on this machine. Its names may lead elsewhere: with --original-hosts to
    the real servers, as long as nobody has pointed them here.
    """
    return str(document["sandbox"]["url"]).removesuffix("/sandbox")


def control(document: dict[str, Any], method: str, path: str, body: object = None) -> Any:
    """Calls the control interface; returns its JSON. Ends the command on an error."""
    url = document["sandbox"]["url"] + path
    return call(document, method, url, body, bearer=document["sandbox"]["token"])


def call(
    document: dict[str, Any],
    method: str,
    url: str,
    body: object = None,
    *,
    bearer: str,
    headers: dict[str, str] | None = None,
) -> Any:
    """Sends JSON, receives JSON (``None`` for an empty answer). Ends the command on an error."""
    request = urllib.request.Request(  # noqa: S310  the address stands in sandbox.json
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {bearer}",
            "Content-Type": "application/json",
            **(headers or {}),
        },
    )
    context = ssl.create_default_context(cafile=document["ca_file"]) if _tls(document) else None
    try:
        with urllib.request.urlopen(  # noqa: S310
            request, timeout=TIMEOUT_SECONDS, context=context
        ) as answer:
            raw = answer.read()
    except urllib.error.HTTPError as error:
        raise click.ClickException(reason(error)) from error
    except (urllib.error.URLError, OSError) as error:
        why = getattr(error, "reason", error)
        raise click.ClickException(
            f"The sandbox at {origin(document)} does not answer ({why}). Is `workswith up` running?"
        ) from error
    return json.loads(raw) if raw else None


def raw(
    document: dict[str, Any], method: str, url: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of any answer. Ends the command only where nobody answers."""
    request = urllib.request.Request(  # noqa: S310  the address stands in sandbox.json
        url, method=method, data=body or None, headers=headers
    )
    context = ssl.create_default_context(cafile=document["ca_file"]) if _tls(document) else None
    try:
        answer = urllib.request.urlopen(  # noqa: S310
            request, timeout=TIMEOUT_SECONDS, context=context
        )
    except urllib.error.HTTPError as error:
        answer = error
    except (urllib.error.URLError, OSError) as error:
        why = getattr(error, "reason", error)
        raise click.ClickException(
            f"{url} does not answer ({why}). Is `workswith up` running?"
        ) from error
    with answer:
        return answer.status, dict(answer.headers.items()), answer.read()


def _tls(document: dict[str, Any]) -> bool:
    return bool(document.get("ca_file"))


def reason(error: urllib.error.HTTPError) -> str:
    """Status and sentence of a refusal."""
    raw = error.read()
    try:
        body = json.loads(raw)
        text = body.get("error") or body.get("message")
    except (ValueError, AttributeError):
        text = raw[:200].decode("utf-8", "replace")
    return f"{error.code}: {text}"

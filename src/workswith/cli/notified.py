"""Whom the commands of ``workswith webhooks`` ask: the sandbox here, or a cloud anywhere.

The sandbox is asked at its control interface, for every application of its; a cloud at its API
*Notifications*, with a subscription key and a token of one application from the environment. Both
have the same addresses and tell the same members; lists of the API come in pages.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from .folder import data_option, read_document

KEY, TOKEN = "WORKSWITH_SUBSCRIPTION_KEY", "WORKSWITH_NOTIFICATIONS_TOKEN"
BASE = "/notifications/v1.0"
MOST = 200
"""What is listed unless more is asked for; and at most in one answer of a cloud."""
LONGEST_ONCE = 100
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Notified:
    """``url`` is where the APIs of a cloud are; empty means the sandbox of ``data``."""

    data: Path
    url: str = ""

    def ask(self, method: str, path: str, body: object = None, *, once: str = "") -> Any:
        """One call; ends the command on an error. ``once`` is an idempotency key, for a cloud."""
        if not self.url:
            from .client import control

            return control(read_document(self.data), method, f"/webhooks{path}", body)
        headers = {
            "Ocp-Apim-Subscription-Key": _from_environment(KEY),
            "Authorization": f"Bearer {_from_environment(TOKEN)}",
            "Content-Type": "application/json",
            **({"Idempotency-Key": once} if once else {}),
        }
        return _call(method, f"{_safe(self.url)}{BASE}{path}", body, headers)

    def listed(self, path: str, limit: int = MOST, **filters: str) -> list[dict[str, Any]]:
        """What a list has, by the filters that are not empty; at most ``limit``."""
        return list(islice(self._every(path, limit, filters), limit))

    def _every(self, path: str, limit: int, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
        asked = {name.rstrip("_"): text for name, text in filters.items() if text}
        name = path.rpartition("/")[2]
        while True:
            whole = not self.url  # the sandbox knows no pages
            query = urlencode({**asked, "limit": limit if whole else min(limit, MOST)})
            found = self.ask("GET", f"{path}?{query}")
            if whole:
                yield from found
                return
            yield from found[name]
            if found["next"] is None:
                return
            asked["cursor"] = found["next"]


once_option = click.option(
    "--once",
    default="",
    metavar="KEY",
    help="With --url: a second call with the same key, within a day, does nothing more.",
)


def where_option(function: Callable[..., None]) -> Callable[..., None]:
    """``--url`` and ``--data``; the command gets ``where``."""

    @data_option
    @click.option(
        "--url",
        default="",
        metavar="URL",
        help=f"A cloud's APIs, with {KEY} and {TOKEN}; default: the sandbox here.",
    )
    @wraps(function)
    def command(data: Path, url: str, **more: Any) -> None:
        function(where=Notified(data, url), **more)

    return command


def _call(method: str, url: str, body: object, headers: dict[str, str]) -> Any:
    import json
    import urllib.error
    import urllib.request

    from .client import reason

    class Stay(urllib.request.HTTPRedirectHandler):
        """What opens this cloud is not shown to another."""

        def redirect_request(self, *_: Any) -> None:
            return None

    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, method=method, data=data, headers=headers)  # noqa: S310  judged by _safe
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=SECONDS) as answer:
            raw = answer.read()
    except urllib.error.HTTPError as error:
        raise click.ClickException(reason(error)) from error
    except (urllib.error.URLError, OSError) as error:
        why = getattr(error, "reason", error)
        raise click.ClickException(f"{url} does not answer ({why}).") from error
    return json.loads(raw) if raw else None


def _safe(url: str) -> str:
    """A key and a token go over TLS, or stay on this machine."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise click.ClickException("--url is an https address.")
    return url.rstrip("/")


def _from_environment(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise click.ClickException(f"{name} is not set; --url needs it.")
    return value

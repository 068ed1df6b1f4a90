"""A real browser for tests: Debian's Chromium, which lets nothing go wrong unseen."""

import base64
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)

WIDE: ViewportSize = {"width": 1200, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)  # what pages come to show, also on a busy machine
_USUAL = {
    "viewport": WIDE,
    "locale": "en-GB",
    "timezone_id": "Europe/Rome",
    "reduced_motion": "reduce",  # a colour on its way to another is neither
}

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def spki(certificate: Path) -> str:
    """The SHA-256 of a certificate's public key, by which Chromium trusts this one alone."""
    public = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    encoded = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(encoded).digest()).decode()


@contextmanager
def chromium(*certificates: Path) -> Iterator[Browser]:
    """Headless; trusts servers that show one of ``certificates``."""
    trusted = ",".join(spki(certificate) for certificate in certificates)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[*_ARGUMENTS, f"--ignore-certificate-errors-spki-list={trusted}"],
        )
        try:
            yield browser
        finally:
            browser.close()


def _slow_down(page: Page) -> None:
    """Each answer takes longer by `TEST_LATENCY_MS`: finds tests that do not wait for an answer."""
    latency = int(os.environ.get("TEST_LATENCY_MS", "0"))
    if latency:
        conditions = {"offline": False, "latency": latency}
        conditions |= {"downloadThroughput": -1, "uploadThroughput": -1}
        with suppress(Error):  # a window that closes by itself may be gone already
            page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", conditions)


class Window:
    """A person's own browser window: no cookies from others, and a note of all that goes wrong.

    ``expect`` names answers that are meant to be errors; everything else that the console says, that
    fails to load or answers with 400 and more makes `check` fail. ``hasty`` people press twice, so
    that what the first press asked for is given up.
    """

    def __init__(self, browser: Browser, *, hasty: bool = False, **options: Any) -> None:
        self._hasty = hasty
        self.context: BrowserContext = browser.new_context(**(_USUAL | options))
        self.context.set_default_timeout(PATIENCE_MS)
        self.wrong: list[str] = []
        self._expected: set[tuple[int, str]] = set()
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.wrong.append(f"script: {error.error}"))
        self.context.on("requestfailed", self._failed)
        self.context.on("response", self._response)
        self.context.on("page", _slow_down)
        self.page: Page = self.context.new_page()

    def expect(self, status: int, path: str) -> None:
        """An answer that belongs to the story."""
        self._expected.add((status, path))

    def check(self) -> None:
        assert self.wrong == [], "\n".join(self.wrong)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.context.close()
        if kind is None:
            self.check()

    def _console(self, message: Any) -> None:
        # What a failed load says in the console is judged by its answer.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.wrong.append(f"console: {message.text} ({message.page and message.page.url})")

    def _failed(self, request: Any) -> None:
        # Leaving a page gives up what it was still asking for.
        given_up = request.failure == "net::ERR_ABORTED"
        if not given_up or (request.resource_type == "document" and not self._hasty):
            self.wrong.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        known = (response.status, urlsplit(response.url).path) in self._expected
        if response.status >= 400 and not known:
            self.wrong.append(f"{response.status} {response.request.method} {response.url}")

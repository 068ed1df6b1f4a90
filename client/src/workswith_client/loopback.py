"""Waits on this machine for the browser to come back from a sign-in. [RFC 8252 7.3, 8.3]

A thread with a socket of its own, so that programs of both kinds can use it. It answers one path of
one address, takes only what belongs to this sign-in, and is gone afterwards.
"""

import contextlib
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from .errors import ConfigurationError, SignInTimedOut
from .signin import SignIn

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8>"
    "<meta name=viewport content='width=device-width'><title>Signed in</title>"
    "<body style='font: 1.1rem system-ui; margin: 4rem auto; max-width: 30rem'>"
    "<h1>{title}</h1><p>{text}</p>"
)
_POLL_SECONDS = 0.2


class Loopback:
    """Listens at the address of ``redirect_uri``; port 0 is any free one, see `redirect_uri`.

    Raises `ConfigurationError` for an address elsewhere, and for a port that is taken.
    """

    def __init__(self, redirect_uri: str) -> None:
        parts = urlsplit(redirect_uri)
        if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
            raise ConfigurationError(
                f"{redirect_uri!r} is not on this machine.",
                hint="Register http://localhost:8765/callback, say, as a reply URL; or paste.",
            )
        self._path = parts.path or "/"
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname
        try:
            self._server = _server(host, parts.port or 0, self._path, self._answers)
        except OSError as error:
            raise ConfigurationError(f"Port {parts.port} is taken: {error.strerror}.") from error
        port = int(self._server.server_address[1])
        named = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self.redirect_uri: str = urlunsplit(
            ("http", f"{named}:{port}", parts.path, parts.query, "")
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True
        )
        self._thread.start()

    def wait(self, sign_in: SignIn, seconds: float) -> str:
        """The address that the browser came back to with the ``state`` of this sign-in.

        Others are told that they are wrong and change nothing. Raises `SignInTimedOut`.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                came_back = self._answers.get(timeout=left)
                if f"state={sign_in.state}" in urlsplit(came_back).query.split("&"):
                    return came_back
        raise SignInTimedOut(f"Nobody came back within {seconds:.0f} s.")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _server(
    host: str, port: int, path: str, answers: "queue.SimpleQueue[str]"
) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path != path or not asked.query:
                self._say(404, "Not here", "This address only waits for a sign-in.")
                return
            if "code=" in asked.query:
                self._say(200, "Signed in", "You can close this page and return to the program.")
            else:
                self._say(200, "Not signed in", "Return to the program to see why.")
            answers.put(self.path)

        def _say(self, status: int, title: str, text: str) -> None:
            page = _PAGE.format(title=title, text=text).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
            """The address has the code: nothing is logged."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = _family(host)

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A browser that goes away is no error."""

    return Server((host, port), Handler)


def _family(host: str) -> Any:
    import socket  # noqa: PLC0415  only here

    return socket.AF_INET6 if ":" in host else socket.AF_INET

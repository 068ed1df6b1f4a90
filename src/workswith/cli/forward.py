"""Hands a notification on to a program on this machine, and brings its answer back."""

import contextlib
import http.client
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from workswith.sandbox.listener import Received

SECONDS = 30.0
BODY_LIMIT = 65_536
UNREACHABLE = 502
"""The status where the program does not answer; the body says why."""
_OURS = {"host", "content-length", "connection", "transfer-encoding"}


class Forwarder:
    """``url`` is ``http://…``, such as a development server's."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise click.ClickException(f"--forward-to {url}: {error}") from error
        if parts.scheme != "http" or not parts.hostname:
            raise click.ClickException("--forward-to takes an http:// address on this machine.")
        self._host, self._port = parts.hostname, port or 80
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._open: set[http.client.HTTPConnection] = set()

    def close(self) -> None:
        """Ends what is under way in other threads; nobody waits for a program that hangs."""
        for connection in list(self._open):
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)

    def send(self, received: "Received") -> tuple[int, bytes]:
        """The program's status and body."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        headers = {name: text for name, text in received.headers.items() if name not in _OURS}
        self._open.add(connection)
        try:
            connection.request(received.method, self._path, received.body, headers)
            response = connection.getresponse()
            return response.status, response.read(BODY_LIMIT)
        except (OSError, http.client.HTTPException) as error:
            where = f"{self._host}:{self._port}"
            why = getattr(error, "strerror", None) or error or type(error).__name__
            return UNREACHABLE, f"{where} does not answer ({why})".encode()
        finally:
            self._open.discard(connection)
            connection.close()

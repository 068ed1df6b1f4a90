"""Hears back-channel logouts over TLS, as a relying party does."""

import queue
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@contextmanager
def listening(
    configuration: dict[str, Any],
) -> Iterator[Callable[..., dict[str, str] | None]]:
    """Yields a function that waits ``seconds`` for the next request's form."""
    heard: queue.Queue[dict[str, str]] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path.endswith("backchannel_logout"):
                heard.put(dict(parse_qsl(body.decode())))
            self.send_response(200)
            self.send_header("cache-control", "no-store")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    def wait(seconds: float) -> dict[str, str] | None:
        try:
            return heard.get(timeout=seconds)
        except queue.Empty:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", int(configuration.get("port", 0))), Handler)
    if "certificate" in configuration:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(configuration["certificate"], configuration["key"])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield wait
    finally:
        server.shutdown()
        server.server_close()

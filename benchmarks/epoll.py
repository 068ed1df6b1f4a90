"""The client that deliveries are held against: as little as an HTTPS client in Python can do.

One thread, ``epoll``, non-blocking TLS sockets, httptools for the answers, one warm connection for
each address, one request at a time on each, signed anew each time (Standard Webhooks). No event loop,
no limits, no timers, no rules, no records, and nothing of the program's own code.
"""

import base64
import hashlib
import hmac
import select
import socket
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

import httptools

SECRET = bytes(range(24))


class Bare:
    """A connection to one address; `ask` sends the next request, `answered` takes what came."""

    def __init__(self, url: str, context: ssl.SSLContext, clock: Callable[[], int]) -> None:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
        plain = socket.create_connection((host, port), 10)
        self.socket = context.wrap_socket(plain, server_hostname=host)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n".encode()
        self._name = parts.path[-3:]
        self._clock = clock
        self._parser = httptools.HttpResponseParser(self)
        self._done = False

    def ask(self, number: int, body: bytes) -> None:
        """The request goes out in one write: it is smaller than the socket's buffer."""
        name, at = f"msg_{number}_{self._name}", str(self._clock() // 1000)
        signed = hmac.digest(SECRET, f"{name}.{at}.".encode() + body, hashlib.sha256)
        head = (
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"webhook-id: {name}\r\nwebhook-timestamp: {at}\r\n"
            f"webhook-signature: v1,{base64.b64encode(signed).decode()}\r\n\r\n"
        )
        sent = self._head + head.encode() + body
        assert self.socket.send(sent) == len(sent)

    def answered(self) -> bool:
        """Whether the answer is whole; it must be a 200."""
        try:
            data = self.socket.recv(65_536)
        except ssl.SSLWantReadError:
            return False
        self._done = False
        self._parser.feed_data(data)
        return self._done

    def on_message_complete(self) -> None:
        assert self._parser.get_status_code() == 200
        self._parser = httptools.HttpResponseParser(self)
        self._done = True


class Epoll:
    """Connections to all addresses, kept warm between runs; ``clock`` gives ms since 1970 UTC."""

    def __init__(self, urls: list[str], context: ssl.SSLContext, clock: Callable[[], int]) -> None:
        self._poll = select.epoll()
        made = (Bare(url, context, clock) for url in urls)
        self._bare = {one.socket.fileno(): one for one in made}
        for number in self._bare:
            self._poll.register(number, select.EPOLLIN)

    def run(self, count: int, body: bytes) -> None:
        """So many requests to each address."""
        left = dict.fromkeys(self._bare, count)
        for one in self._bare.values():
            one.ask(count, body)
        while left:
            for number, _ in self._poll.poll():
                if not self._bare[number].answered():
                    continue
                left[number] -= 1
                if left[number]:
                    self._bare[number].ask(left[number], body)
                else:
                    del left[number]

    def close(self) -> None:
        self._poll.close()
        for one in self._bare.values():
            one.socket.close()

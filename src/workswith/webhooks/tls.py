"""TLS between a connection and its transport, by OpenSSL on memory.

The loop's own does the same and more: it can be paused, turned off and upgraded to, keeps a quarter
of a megabyte for each connection, and costs a tenth of a delivery more. [C2C-6]
"""

import asyncio
import ssl
from typing import cast

from .connection import Connection

RECORD = 16 * 1024
"""The most that one record of TLS carries (RFC 8446 section 5.1): read so, none is left in part."""


class TlsProtocol(asyncio.Protocol):
    """What the ``connection`` writes to and hears from, once it is `ready`."""

    def __init__(self, connection: Connection, context: ssl.SSLContext, name: str) -> None:
        """``name`` is the one that the certificate has to be for."""
        self.connection = connection
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Fails with ``ssl.SSLError`` or ``ConnectionResetError``."""
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._came, self._goes, server_hostname=name)
        self._transport: asyncio.Transport | None = None
        self._shaken = False

    # as the connection's transport

    def write(self, data: bytes) -> None:
        self._tls.write(data)
        if self._transport is not None:
            self._transport.write(self._goes.read())

    def is_closing(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._shake()

    def data_received(self, data: bytes) -> None:
        came = self._came
        came.write(data)
        if not self._shaken and not self._shake():
            return
        try:
            while came.pending:
                plain = self._tls.read(RECORD)
                if not plain:  # a decent end
                    self.abort()
                    return
                self.connection.data_received(plain)
        except ssl.SSLWantReadError:  # half a record, or what is TLS's own affair
            pass
        except ssl.SSLError:
            self.abort()
        if self._goes.pending:
            self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(
                ConnectionResetError("the connection ended during the handshake")
            )
        if self._shaken:
            self.connection.connection_lost(exc)

    def _shake(self) -> bool:
        """Goes on with the handshake; returns whether it is over."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        except ssl.SSLError as error:
            self._flush()  # the other side is told why
            if not self.ready.done():
                self.ready.set_exception(error)
            if self._transport is not None:
                self._transport.close()
            return False
        self._flush()
        self._shaken = True
        self.connection.begin(self)
        if not self.ready.done():
            self.ready.set_result(None)
        return True

    def _flush(self) -> None:
        if self._transport is not None and self._goes.pending:
            self._transport.write(self._goes.read())

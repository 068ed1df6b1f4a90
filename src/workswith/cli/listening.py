"""Where ``workswith up`` listens, and what it is called there. [SBX-4]"""

import errno
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .serving import bind

if TYPE_CHECKING:
    from workswith.sandbox.authority import Authority
    from workswith.web.site.services import Origins

DEFAULT_PORT = 8400
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
_THIS_MACHINE = ("127.0.0.1", "::1", "0.0.0.0")  # noqa: S104  recognised, not bound to


@dataclass(frozen=True, slots=True)
class Listening:
    """A socket's address, and the names that answer there."""

    host: str
    port: int | None
    tls: bool
    original_hosts: bool

    def bind(self) -> socket.socket:
        """The listening socket. Ends the command where that is not possible."""
        port = self._port()
        try:
            return bind(self.host, port)
        except OSError as error:
            raise click.ClickException(
                f"Port {port} of {self.host} cannot be used ({error.strerror}). {_advice(error)}"
            ) from error

    def _port(self) -> int:
        if self.port is not None:
            return self.port
        if not self.original_hosts:
            return DEFAULT_PORT
        from workswith.sandbox.original_hosts import PORT

        return PORT

    @property
    def secure(self) -> bool:
        return self.tls or self.original_hosts

    def origin(self, bound: socket.socket) -> str:
        """Its address on this machine."""
        if self.host in _THIS_MACHINE:
            name = "localhost"
        else:
            name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{name}:{bound.getsockname()[1]}"

    def origins(self) -> "Origins | None":
        """The names of the original, which know no port; ``None``: its own address is its name."""
        if not self.original_hosts:
            return None
        from workswith.sandbox import original_hosts as original
        from workswith.web.site.services import Origins

        return Origins(
            portal=f"https://{original.PORTAL}",
            login=f"https://{original.LOGIN}",
            api=f"https://{original.API}",
        )

    def authority(self, data: Path) -> "Authority":
        """Who vouches for it. The one that may vouch for the original's names is another one, so that
        whoever trusts this machine's names has not trusted those.
        """
        from workswith.sandbox.authority import Authority
        from workswith.sandbox.original_hosts import CONSTRAINTS

        if self.original_hosts:
            return Authority(data / "original-hosts", CONSTRAINTS)
        return Authority(data / "tls")

    def names(self) -> tuple[str, ...]:
        """What its certificate is for."""
        from workswith.sandbox.original_hosts import NAMES

        own = () if self.host in (*LOCAL_NAMES, "0.0.0.0") else (self.host,)  # noqa: S104
        return (*LOCAL_NAMES, *own, *(NAMES if self.original_hosts else ()))


def _advice(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            "Low ports need a permission: on Linux `sudo sysctl "
            "net.ipv4.ip_unprivileged_port_start=443` gives it until the next start; or listen on "
            "another port with --port, and forward 443 to it."
        )
    return "Another one: workswith up --port 0"

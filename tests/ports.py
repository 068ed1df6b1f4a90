"""Ports for programs that are told where to listen.

A port that was found free and let go may be anybody's a moment later: many tests run at once, and
each connection of theirs takes one. So it stays bound, without a listener: whoever opens it with
``SO_REUSEADDR``, as servers do, gets it, and nobody by chance.
"""

import socket
import sys
import weakref


def held_port(host: str = "127.0.0.1", *, owner: object = sys) -> int:
    """A port of ``host`` that is told once, and held as long as ``owner`` lives.

    Until somebody listens there, connections are refused.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((host, 0))
    weakref.finalize(owner, holder.close)
    port: int = holder.getsockname()[1]
    return port

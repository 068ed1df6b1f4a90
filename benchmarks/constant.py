"""The yardstick: the same HTTP server with an application that only sends a constant.

python benchmarks/constant.py            # uvicorn as it comes
python benchmarks/constant.py ours       # with our protocol class
python benchmarks/constant.py whole      # and handing the answer over whole
python benchmarks/constant.py at-once    # and without a task, as our gateway does
"""

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send

from workswith.cli.http import Protocol

BODY = b"x" * int(os.environ.get("BODY_BYTES", "600"))
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(BODY)),
    (b"x-flow-id", b"0123456789abc"),
]


HEAD = b"HTTP/1.1 200 OK\r\n" + b"".join(b"%s: %s\r\n" % header for header in HEADERS)


async def whole(scope: Scope, _receive: Receive, send: Send) -> None:
    scope["extensions"]["workswith.answer"](send, HEAD, BODY)


class AtOnce:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await whole(scope, receive, send)

    def begin(self, scope: Scope, _receive: Receive, send: Send) -> None:
        scope["extensions"]["workswith.answer"](send, HEAD, BODY)


async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    kind = sys.argv[1] if len(sys.argv) > 1 else ""
    apps: dict[str, Callable[..., Any]] = {"whole": whole, "at-once": AtOnce()}
    config = uvicorn.Config(  # as `workswith up` has it
        apps.get(kind, app),
        http=Protocol if kind else "httptools",
        loop="uvloop",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[listener])
    sys.exit()

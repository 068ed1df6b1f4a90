"""The yardstick: the same HTTP server with an application that only sends a constant."""

import os
import socket
import sys

import uvicorn

BODY = b"x" * int(os.environ.get("BODY_BYTES", "600"))
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(BODY)),
    (b"x-flow-id", b"0123456789abc"),
]


async def app(_scope, _receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(  # as `workswith up` has it
        app,
        http="httptools",
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

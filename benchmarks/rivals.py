"""What else could stand there: nginx with a constant, nginx with Lua, Prism. Each only if installed.

nginx runs as one process, so that its CPU time is that of one pid. Its Lua does what a lean gateway
does: a key, a bearer token that is known already, and a count of calls, in shared memory, which it
forgets when it stops. Prism (npm) serves the same document and checks nothing of key and token.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MODULES = Path("/usr/lib/nginx/modules")
PRISM = Path(__file__).parents[1] / ".tools/node_modules/.bin/prism"
START_SECONDS = 90.0


class NotStarted(Exception):
    """A program that is there does not answer in time."""


_NGINX = """
{modules}
daemon off; master_process off; worker_processes 1; pid {folder}/pid;
error_log {folder}/error.log crit;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  {shared}
  server {{ listen 127.0.0.1:{port}; location / {{ {check} return 200 '{body}'; }} }}
}}
"""
_SHARED = """
  lua_shared_dict keys 1m; lua_shared_dict tokens 1m; lua_shared_dict calls 1m;
  init_by_lua_block {{
    ngx.shared.keys:set("{key}", "starter-kit")
    ngx.shared.tokens:set("Bearer {token}", "user comfort.read")
  }}
"""
_CHECK = """
  rewrite_by_lua_block {
    local product = ngx.shared.keys:get(ngx.var.http_ocp_apim_subscription_key or "")
    if not product then return ngx.exit(401) end
    local access = ngx.shared.tokens:get(ngx.var.http_authorization or "")
    if not access or not access:find("comfort.read", 1, true) then return ngx.exit(401) end
    local day = math.floor(ngx.time() / 86400)
    local used = ngx.shared.calls:incr(product .. access .. day, 1, 0, 172800)
    if used > 1000000000 then return ngx.exit(403) end
  }
"""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise NotStarted


def has_nginx() -> bool:
    return shutil.which("nginx") is not None


def has_lua() -> bool:
    return has_nginx() and (MODULES / "ngx_http_lua_module.so").exists()


def prism() -> str | None:
    found = os.environ.get("PRISM") or shutil.which("prism")
    return found or (str(PRISM) if PRISM.exists() else None)


@contextmanager
def nginx(body: str, *, lua: tuple[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """Its process and port. ``lua`` is the key and the token that it lets through."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        loaded = ("ndk_http_module.so", "ngx_http_lua_module.so") if lua else ()
        text = _NGINX.format(
            modules="".join(f"load_module {MODULES / name};\n" for name in loaded),
            folder=folder,
            port=port,
            body=body,
            shared=_SHARED.format(key=lua[0], token=lua[1]) if lua else "",
            check=_CHECK if lua else "",
        )
        Path(folder, "nginx.conf").write_text(text)
        Path(folder).chmod(0o755)
        with _running(["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], port) as pid:
            yield pid, port


@contextmanager
def prism_of(program: str, document: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Prism with a published document; its process and port."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "openapi.json")
        path.write_text(json.dumps(document))
        command = [program, "mock", "-m", "false", "-v", "error", "-p", str(port), str(path)]
        with _running(command, port) as pid:
            yield pid, port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(15)

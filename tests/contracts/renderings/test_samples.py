"""Protects that a copied sample runs, and sends exactly the call that it shows."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from workswith.contracts.renderings.calls import Call
from workswith.contracts.renderings.samples import samples

NASTY = 'it\'s "quoted" $HOME `id` \\ é'
BODY = {"text": NASTY, "on": True, "none": None, "list": [1, 2.5, {"</script>": "%s"}]}


class Recorder(ThreadingHTTPServer):
    seen: list[dict[str, Any]]


class Handler(BaseHTTPRequestHandler):
    server: Recorder

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(
            {"method": self.command, "path": self.path, "headers": self.headers, "body": body}
        )
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815 -- names of the base class

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Recorder]:
    with Recorder(("127.0.0.1", 0), Handler) as recorder:
        recorder.seen = []
        thread = threading.Thread(target=recorder.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield recorder
        recorder.shutdown()
        thread.join()


def run(language: str, code: str) -> None:
    commands = {
        "curl": ["sh", "-c", code],
        "javascript": ["node", "--input-type=module", "-e", code],
    }
    if language == "python":
        exec(compile(code, "sample", "exec"), {})
        return
    if shutil.which("curl" if language == "curl" else "node") is None:
        pytest.skip(f"{language} is not installed")
    subprocess.run(commands[language], check=True, capture_output=True, timeout=30)


def call(server: Recorder, method: str, body: str | None) -> Call:
    url = f"http://127.0.0.1:{server.server_port}/lamps/a%20b?x=%26y"
    ascii_only = NASTY.replace(" é", "")
    headers = (("Ocp-Apim-Subscription-Key", ascii_only), ("Authorization", "Bearer a.b-c_d"))
    return Call(
        method, url, headers + ((("Content-Type", "application/json"),) if body else ()), body
    )


@pytest.mark.parametrize("language", ["curl", "python", "javascript"])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE"])
def test_samples_run(server: Recorder, language: str, method: str) -> None:
    made = call(server, method, json.dumps(BODY, ensure_ascii=False) if method == "POST" else None)
    (sample,) = [each for each in samples(made) if each.language == language]
    run(language, sample.code)
    (seen,) = server.seen
    assert (seen["method"], seen["path"]) == (method, "/lamps/a%20b?x=%26y")
    for name, text in made.headers:
        assert seen["headers"][name] == text
    assert (json.loads(seen["body"]) if made.body else seen["body"]) == (BODY if made.body else b"")


@pytest.mark.parametrize("language", ["curl", "python", "javascript"])
def test_a_body_that_is_not_json_is_sent_as_it_is(server: Recorder, language: str) -> None:
    made = call(server, "POST", f"<x>{NASTY}\n</x>")
    (sample,) = [each for each in samples(made) if each.language == language]
    run(language, sample.code)
    assert server.seen[0]["body"].decode() == made.body

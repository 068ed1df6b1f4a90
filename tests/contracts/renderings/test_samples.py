"""Protects that a copied sample runs, and sends exactly the call that it shows."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from workswith.contracts.renderings.calls import Call
from workswith.contracts.renderings.samples import samples

NASTY = 'it\'s "quoted" $HOME `id` \\ é'
COMMANDS = {
    "curl": (["sh"], ".sh"),
    "javascript": (["node"], ".mjs"),
    "java": (["java"], ".java"),
    "php": (["php"], ".php"),
    "ruby": (["ruby"], ".rb"),
    "go": (["go", "run"], ".go"),
}
LANGUAGES = ["python", *COMMANDS]
"""C# is not among them: Debian has no compiler for it."""
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


def run(language: str, code: str, folder: Path) -> None:
    if language == "python":
        exec(compile(code, "sample", "exec"), {})
        return
    command, suffix = COMMANDS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    path = folder / f"Sample{suffix}"
    path.write_text(code, "utf-8")
    done = subprocess.run([*command, str(path)], check=False, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


def call(server: Recorder, method: str, body: str | None) -> Call:
    url = f"http://127.0.0.1:{server.server_port}/lamps/a%20b?x=%26y"
    ascii_only = NASTY.replace(" é", "")
    headers = (("Ocp-Apim-Subscription-Key", ascii_only), ("Authorization", "Bearer a.b-c_d"))
    return Call(
        method, url, headers + ((("Content-Type", "application/json"),) if body else ()), body
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE"])
def test_samples_run(server: Recorder, language: str, method: str, tmp_path: Path) -> None:
    made = call(server, method, json.dumps(BODY, ensure_ascii=False) if method == "POST" else None)
    (sample,) = [each for each in samples(made) if each.language == language]
    run(language, sample.code, tmp_path)
    (seen,) = server.seen
    assert (seen["method"], seen["path"]) == (method, "/lamps/a%20b?x=%26y")
    for name, text in made.headers:
        assert seen["headers"][name] == text
    assert (json.loads(seen["body"]) if made.body else seen["body"]) == (BODY if made.body else b"")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_body_that_is_not_json_is_sent_as_it_is(
    server: Recorder, language: str, tmp_path: Path
) -> None:
    made = call(server, "POST", f"<x>{NASTY}\n</x>")
    (sample,) = [each for each in samples(made) if each.language == language]
    run(language, sample.code, tmp_path)
    assert server.seen[0]["body"].decode() == made.body


def test_csharp_escapes_what_its_strings_need(server: Recorder) -> None:
    made = call(server, "POST", f"<x>{NASTY}\n</x>")
    (sample,) = [each for each in samples(made) if each.language == "csharp"]
    verbatim = sample.code.partition('GetBytes(@"')[2].partition('"));')[0]
    assert verbatim.replace('""', '"') == made.body
    assert '""quoted""' in verbatim

"""What a browser, a proxy or a program has recorded of the real API, as the answers in it. [SBX-2]

A HAR file (HTTP Archive 1.2), or a log with one JSON object a line. Only bodies of plants, topology,
status and programs are taken: requests, headers, cookies, tokens and every other answer are never looked
at, so no secret of a recording gets any further. `capture` makes homes of what is left.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

MOST_BYTES = 64 * 1024 * 1024
_PLANTS = re.compile(r"/plants/?$")
_TOPOLOGY = re.compile(r"/plants/[^/]+/topology/?$")
_STATE = re.compile(r"/addressLocation/plants/|/plants/[^/]+/(?:modules|status)\b|/programlist")
BODIES = ("body", "response", "response_body", "json", "content", "text")
"""What programs call the body of an answer in their logs."""
ADDRESSES = ("url", "path", "request", "uri")


def answers_of(raw: bytes) -> list[Any] | None:
    """The answers of a recording, each once, the last of its kind; ``None`` if it is none.

    Raises ``ValueError`` for a recording in which there is nothing of a home.
    """
    if len(raw) > MOST_BYTES:
        raise ValueError("a recording has at most 64 MiB")
    pairs = _of_har(raw)
    if pairs is None:
        pairs = _of_log(raw)
    if pairs is None:
        return None
    chosen: dict[str, Any] = {}
    for url, body in pairs:
        path = urlsplit(url).path
        if isinstance(body, dict) and _tells_of_a_home(path, body):
            chosen[_whose(path, body)] = body
    if not chosen:
        raise ValueError("the recording has no answer of plants, topology or status")
    return list(chosen.values())


def _of_har(raw: bytes) -> list[tuple[str, Any]] | None:
    try:
        har = msgspec.json.decode(raw)
        entries = har["log"]["entries"]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        return None
    return [pair for entry in entries if (pair := _of_entry(entry)) is not None]


def _of_entry(entry: Any) -> tuple[str, Any] | None:
    try:
        content = entry["response"]["content"]
        if entry["response"]["status"] != 200:
            return None
        text: str | bytes = content["text"]
        if content.get("encoding") == "base64":
            text = base64.b64decode(text)
        return str(entry["request"]["url"]), msgspec.json.decode(text)
    except (KeyError, TypeError, msgspec.DecodeError, binascii.Error, UnicodeDecodeError):
        return None


def _of_log(raw: bytes) -> list[tuple[str, Any]] | None:
    """Lines that are no JSON are the log's own; a line counts if it names an address."""
    lines = [line for line in raw.splitlines() if line.strip()]
    if len(lines) < 2:
        return None
    return [pair for line in lines for pair in _of_line(line)] or None


def _of_line(line: bytes) -> Iterator[tuple[str, Any]]:
    try:
        said = msgspec.json.decode(line[line.index(b"{") :])
    except (ValueError, msgspec.DecodeError):
        return
    if not isinstance(said, Mapping):
        return
    url = next((said[name] for name in ADDRESSES if isinstance(said.get(name), str)), None)
    body = next((said[name] for name in BODIES if said.get(name)), None)
    if isinstance(body, str):
        try:
            body = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return
    if url is not None and isinstance(body, Mapping):
        yield url, body


def _tells_of_a_home(path: str, body: Mapping[str, Any]) -> bool:
    if _PLANTS.search(path):
        return isinstance(body.get("plants"), list)
    if _TOPOLOGY.search(path):
        return isinstance(body.get("plant"), dict)
    return bool(_STATE.search(path)) and all(isinstance(one, list | dict) for one in body.values())


def _whose(path: str, body: Mapping[str, Any]) -> str:
    """The same for two answers of which the later one counts."""
    if "plants" in body:
        return "plants"
    if isinstance(body.get("plant"), Mapping):
        return f"topology of {body['plant'].get('id')}"
    return path

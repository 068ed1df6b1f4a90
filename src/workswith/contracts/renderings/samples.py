"""Code samples of a call: what a reader copies must run as it stands, whatever the values hold."""

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pprint import pformat
from textwrap import indent
from typing import Any

from .calls import Call


@dataclass(frozen=True, slots=True)
class Sample:
    """``language`` names it for programs, ``label`` for people."""

    language: str
    label: str
    code: str


def samples(call: Call) -> tuple[Sample, ...]:
    return tuple(Sample(language, label, write(call)) for language, label, write in _LANGUAGES)


def curl(call: Call) -> str:
    verb = ["--head"] if call.method == "HEAD" else ["--request", call.method]
    lines = [f"curl {' '.join(verb)} {shlex.quote(call.url)}"]
    lines += [f"  --header {shlex.quote(f'{name}: {text}')}" for name, text in call.headers]
    if call.body:
        lines.append(f"  --data-raw {shlex.quote(call.body)}")
    return " \\\n".join(lines) + "\n"


def python(call: Call) -> str:
    headers = "".join(f"        {name!r}: {text!r},\n" for name, text in call.headers)
    body = ""
    if call.body:
        value, readable = _json(call.body)
        if readable:
            literal = indent(pformat(value, width=84, sort_dicts=False), "    ").lstrip()
            body = f"    json={literal},\n"
        else:
            body = f"    data={call.body!r}.encode(),\n"
    return (
        "import requests\n\n"
        "response = requests.request(\n"
        f"    {call.method!r},\n"
        f"    {call.url!r},\n"
        f"    headers={{\n{headers}    }},\n"
        f"{body}"
        "    timeout=10,\n"
        ")\n"
        "print(response.status_code)\n"
        "print(response.text)\n"
    )


def javascript(call: Call) -> str:
    headers = "".join(f"    {_js(name)}: {_js(text)},\n" for name, text in call.headers)
    body = ""
    if call.body:
        value, readable = _json(call.body)
        written = json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n  ")
        body = (
            f"  body: JSON.stringify({written}),\n" if readable else f"  body: {_js(call.body)},\n"
        )
    return (
        f"const response = await fetch({_js(call.url)}, {{\n"
        f"  method: {_js(call.method)},\n"
        f"  headers: {{\n{headers}  }},\n"
        f"{body}"
        "});\n"
        "console.log(response.status);\n"
        "console.log(await response.text());\n"
    )


_LANGUAGES: tuple[tuple[str, str, Callable[[Call], str]], ...] = (
    ("curl", "Curl", curl),
    ("python", "Python", python),
    ("javascript", "JavaScript", javascript),
)


def _js(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _json(body: str) -> tuple[Any, bool]:
    """The value of the body, and whether it is JSON at all."""
    try:
        return json.loads(body), True
    except (ValueError, RecursionError):
        return None, False

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


def java(call: Call) -> str:
    headers = "".join(
        f"            .header({_java(name)}, {_java(text)})\n" for name, text in call.headers
    )
    body = "BodyPublishers.noBody()"
    if call.body:
        lines = " +\n                ".join(
            _java(line) for line in call.body.splitlines(keepends=True)
        )
        body = f"BodyPublishers.ofString(\n                {lines})"
    return (
        "import java.net.URI;\n"
        "import java.net.http.HttpClient;\n"
        "import java.net.http.HttpRequest;\n"
        "import java.net.http.HttpRequest.BodyPublishers;\n"
        "import java.net.http.HttpResponse.BodyHandlers;\n"
        "import java.time.Duration;\n\n"
        "public class Sample {\n"
        "    public static void main(String[] arguments) throws Exception {\n"
        f"        var request = HttpRequest.newBuilder(URI.create({_java(call.url)}))\n"
        "            .timeout(Duration.ofSeconds(10))\n"
        f"{headers}"
        f"            .method({_java(call.method)}, {body})\n"
        "            .build();\n"
        "        var client = HttpClient.newHttpClient();\n"
        "        var response = client.send(request, BodyHandlers.ofString());\n"
        "        System.out.println(response.statusCode());\n"
        "        System.out.println(response.body());\n"
        "    }\n"
        "}\n"
    )


def csharp(call: Call) -> str:
    headers = "".join(
        f"request.Headers.TryAddWithoutValidation({_js(name)}, {_js(text)});\n"
        for name, text in call.headers
        if name.lower() != "content-type"
    )
    body = ""
    if call.body:
        kinds = [text for name, text in call.headers if name.lower() == "content-type"]
        verbatim = call.body.replace('"', '""')
        body = f'request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(@"{verbatim}"));\n'
        body += "".join(
            f'request.Content.Headers.TryAddWithoutValidation("Content-Type", {_js(kind)});\n'
            for kind in kinds
        )
    return (
        "using System;\n"
        "using System.Net.Http;\n"
        "using System.Text;\n\n"
        "using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };\n"
        f"using var request = new HttpRequestMessage(new HttpMethod({_js(call.method)}), "
        f"{_js(call.url)});\n"
        f"{headers}{body}"
        "using var response = await client.SendAsync(request);\n"
        "Console.WriteLine((int)response.StatusCode);\n"
        "Console.WriteLine(await response.Content.ReadAsStringAsync());\n"
    )


def php(call: Call) -> str:
    headers = "".join(f"        {_single(f'{name}: {text}')},\n" for name, text in call.headers)
    body = f"    'content' => {_single(call.body)},\n" if call.body else ""
    return (
        "<?php\n"
        "$context = stream_context_create(['http' => [\n"
        f"    'method' => {_single(call.method)},\n"
        f"    'header' => [\n{headers}    ],\n"
        f"{body}"
        "    'timeout' => 10,\n"
        "    'ignore_errors' => true,\n"
        "]]);\n"
        f"$answer = file_get_contents({_single(call.url)}, false, $context);\n"
        'echo $http_response_header[0], "\\n", $answer, "\\n";\n'
    )


def ruby(call: Call) -> str:
    headers = "".join(f"  {_single(name)} => {_single(text)},\n" for name, text in call.headers)
    body = f"request.body = {_single(call.body)}\n" if call.body else ""
    return (
        "require 'net/http'\n\n"
        f"uri = URI({_single(call.url)})\n"
        f"request = Net::HTTP::{call.method.capitalize()}.new(uri, {{\n{headers}}})\n"
        f"{body}"
        "tls = uri.scheme == 'https'\n"
        "response = Net::HTTP.start(uri.host, uri.port, use_ssl: tls, read_timeout: 10) do |http|\n"
        "  http.request(request)\n"
        "end\n"
        "puts response.code\n"
        "puts response.body\n"
    )


def go(call: Call) -> str:
    headers = "".join(
        f"\trequest.Header.Set({_js(name)}, {_js(text)})\n" for name, text in call.headers
    )
    body = f"strings.NewReader({_go(call.body)})" if call.body else "nil"
    strings = '\t"strings"\n' if call.body else ""
    return (
        "package main\n\n"
        'import (\n\t"fmt"\n\t"io"\n\t"net/http"\n'
        f'{strings}\t"time"\n)\n\n'
        "func main() {\n"
        f"\trequest, err := http.NewRequest({_js(call.method)}, {_js(call.url)}, {body})\n"
        "\tif err != nil {\n\t\tpanic(err)\n\t}\n"
        f"{headers}"
        "\tclient := http.Client{Timeout: 10 * time.Second}\n"
        "\tresponse, err := client.Do(request)\n"
        "\tif err != nil {\n\t\tpanic(err)\n\t}\n"
        "\tdefer response.Body.Close()\n"
        "\tanswer, err := io.ReadAll(response.Body)\n"
        "\tif err != nil {\n\t\tpanic(err)\n\t}\n"
        "\tfmt.Println(response.StatusCode)\n"
        "\tfmt.Println(string(answer))\n"
        "}\n"
    )


# In the order of the original's tabs.
_LANGUAGES: tuple[tuple[str, str, Callable[[Call], str]], ...] = (
    ("curl", "Curl", curl),
    ("csharp", "C#", csharp),
    ("go", "Go", go),
    ("java", "Java", java),
    ("javascript", "JavaScript", javascript),
    ("php", "PHP", php),
    ("python", "Python", python),
    ("ruby", "Ruby", ruby),
)


def _java(text: str) -> str:
    """ASCII alone: before Java 18 a source is read in whatever the machine's encoding is."""
    return json.dumps(text)


def _single(text: str) -> str:
    """A text in single quotes, as PHP and Ruby read it: any line, two characters escaped."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _go(text: str) -> str:
    """As it stands between backticks, where that is possible."""
    return _js(text) if "`" in text or "\r" in text else f"`{text}`"


def _js(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _json(body: str) -> tuple[Any, bool]:
    """The value of the body, and whether it is JSON at all."""
    try:
        return json.loads(body), True
    except (ValueError, RecursionError):
        return None, False

"""What no document asks for and somebody sends all the same. Built by us, so the same each time."""

import json
from collections.abc import Iterator
from typing import Any

from workswith.contracts.document import Body

TEXTS = (
    "",
    " ",
    "NaN",
    "1e400",
    "٣",
    "²",
    "9999-12-31T23:59:59",
    "0000-00-00T00:00:00",
    "9999-12-31T23:59:59/0001-01-01T00:00:00",
    "2026-01-12T12:00:00+99:99",
    "\ud800",
    "\x00",
    "x" * 300,
)
NUMBERS = ("1e400", "-1e400", "1E-400", "-0", "1.", "NaN", "9" * 400, "18446744073709551616", "0x1")
BODIES = (
    b"",
    b" ",
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    b"\xff\xfe\xfd",
    b'{"a":"\xed\xa0\x80"}',
    b"{",
    b"{}{}",
    b"null",
    b'""',
    b"[[]]",
    b"[" * 5_000,
    b'{"a":' * 5_000,
    b'{"":0,"":1}',
    b'{"__proto__":{},"constructor":null}',
    b"a=1&a=2&%ff=%ff&=",
    b"{" + b" " * 65_600 + b"}",
)
QUERIES = (
    "?",
    "&".join(f"a{number}=1" for number in range(65)),
    "a=%00",
    "%00=a",
    "%ff=%fe",
    "a=%ed%a0%80",
    "a=%",
    "=&&=;",
    "param1=1&param1=2",
    "param2=1e400&failureFlag=NaN&reference=%D9%A3",
    "failureFlag=99999999999999999999&reference=1&limit=-1&cursor=x&after=y",
    "subscription-key=&subscription-key=x",
    "a=%0d%0aset-cookie:%20b",
)


def bodies(body: Body) -> Iterator[bytes]:
    """`BODIES`, and each example with each member exchanged for what is no such thing."""
    yield from BODIES
    for example in body.examples:
        if isinstance(example.value, dict):
            for name in example.value:
                yield from _exchanged(example.value, name)
            whole = json.dumps(example.value)
            yield f"{whole[:-1]},{whole[1:]}".encode()


def _exchanged(value: dict[str, Any], name: str) -> Iterator[bytes]:
    mark = "\N{REPLACEMENT CHARACTER}"
    around = json.dumps({**value, name: mark}, ensure_ascii=False)
    inside = [json.dumps(text) for text in TEXTS]
    inside += [*NUMBERS, "null", "[]", "{}", "[null]", '{"value":null,"unit":null}', "[" * 40]
    for one in inside:
        yield around.replace(f'"{mark}"', one).encode()

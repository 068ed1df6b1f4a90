"""Protects that a body means one thing, and that no bytes break the reader. [GTW-2]"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.contracts.bodies import DEEPEST, parse
from workswith.kernel.problem import Kind, Problem


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "body_missing"),
        (b" \n", "body_missing"),
        (b"{", "body_not_json"),
        (b"nope", "body_not_json"),
        (b'{"a":NaN}', "body_not_json"),
        (b'{"a":-Infinity}', "body_not_json"),
        (b'{"a":1e999}', "body_not_json"),
        (b"9" * 5000, "body_not_json"),
        (b'{"a":"\\ud800"}', "body_not_json"),
        (b'{"a":1} x', "body_not_json"),
        (b'{"a":"\xff"}', "body_not_utf8"),
        ('{"a":1}'.encode("utf-16"), "body_not_json"),
        (b"\xef\xbb\xbf{}", "body_not_json"),
        (b'{"a":1,"a":2}', "member_twice"),
        (b'{"a":1,"\\u0061":2}', "member_twice"),
        (b'[{"x":{"b":1,"b":1}}]', "member_twice"),
        (b'{"a":"\\u0000"}', "body_nul"),
        (b'{"\\u0000":1}', "body_nul"),
        (b"[" * 100_000, "body_too_deep"),
        (b"[" * 100_000 + b"]" * 100_000, "body_too_deep"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "body_too_deep"),
    ],
)
def test_refused(raw: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        parse(raw)
    assert refused.value.kind is Kind.MALFORMED
    assert refused.value.code == code


@pytest.mark.parametrize(
    "value",
    [
        {"a": ':"{}\\": ,', "b:": [1, "x:y", {"c": "\\"}], "ü": None},
        [],
        "a:b",
        12,
        {"a": {"a": {"a": 1}}},
        {"long": "x" * 10_000},
    ],
)
def test_taken(value: object) -> None:
    """Colons and quotes inside of texts are not members."""
    assert parse(json.dumps(value).encode()) == value


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text().filter(lambda t: "\0" not in t),
    lambda below: (
        st.lists(below) | st.dictionaries(st.text().filter(lambda t: "\0" not in t), below)
    ),
    max_leaves=20,
)


def outcome(raw: bytes) -> object:
    """The value, or the problem."""
    try:
        return parse(raw)
    except Problem as problem:
        return problem


@given(_json)
def test_every_json_value_is_read_back(value: object) -> None:
    for ascii_only in (True, False):
        read = outcome(json.dumps(value, ensure_ascii=ascii_only).encode())
        if isinstance(read, Problem):
            assert read.code == "body_too_deep"
        else:
            assert read == value


@given(st.binary() | st.text(alphabet='{}[]":,\\u0a1').map(str.encode))
def test_no_bytes_break_it(raw: bytes) -> None:
    read = outcome(raw)
    assert not isinstance(read, Problem) or read.kind is Kind.MALFORMED


_letters = st.text(alphabet='ab:{}[],"\\', max_size=3)
_written = st.recursive(
    _letters.flatmap(
        lambda text: st.sampled_from(
            [
                json.dumps(text, ensure_ascii=False),
                '"' + "".join(f"\\u{ord(one):04x}" for one in text) + '"',
            ]
        )
    )
    | st.sampled_from(["1", "null", "[]", "{}"]),
    lambda below: (
        st.lists(below, max_size=3).map(lambda parts: f"[{','.join(parts)}]")
        | st.lists(st.tuples(_letters.map(json.dumps), below).map(":".join), max_size=3).map(
            lambda members: f"{{{','.join(members)}}}"
        )
    ),
    max_leaves=8,
)
"""JSON in which members may stand twice, and characters may be escaped."""


@given(text=_written)
def test_a_member_that_stands_twice_is_found_wherever_and_however_it_is_written(text: str) -> None:
    twice = []

    def note(members: list[tuple[str, object]]) -> dict[str, object]:
        twice.append(len(dict(members)) != len(members))
        return dict(members)

    value = json.loads(text, object_pairs_hook=note)
    found = outcome(text.encode())
    if any(twice):
        assert isinstance(found, Problem)
        assert found.code == "member_twice"
    else:
        assert found == value

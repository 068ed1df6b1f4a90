"""Protects how a form is read: text becomes what the schema describes, or is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.contracts.forms import parse_form
from workswith.kernel.problem import Kind, Problem

SCHEMA = {
    "properties": {
        "status": {"type": "string"},
        "level": {"type": "integer"},
        "enable": {"type": "boolean"},
        "ids": {"type": "array", "items": {"type": "string"}},
    }
}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"status=on", {"status": "on"}),
        (b"level=-1&status=", {"level": -1, "status": ""}),
        (b"ids=a&ids=b&status=o%66f", {"ids": ["a", "b"], "status": "off"}),
        (b"enable=true", {"enable": True}),
        (b"enable=maybe&level=high", {"enable": "maybe", "level": "high"}),
        (b"other=1&status=a+b", {"other": "1", "status": "a b"}),
        (b"", {}),
    ],
)
def test_members_become_what_the_schema_describes(raw: bytes, value: object) -> None:
    assert parse_form(raw, SCHEMA) == value


@pytest.mark.parametrize(
    "raw", [b"status=on&status=off", b"status", b"status=%ff", b"status=\xff", b"a=%00", b"%00=a"]
)
def test_what_two_readers_could_understand_differently_is_refused(raw: bytes) -> None:
    with pytest.raises(Problem) as refused:
        parse_form(raw, SCHEMA)
    assert refused.value.kind is Kind.MALFORMED


@given(st.binary(max_size=80))
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    try:
        parse_form(raw, SCHEMA)
    except Problem as problem:
        if problem.kind is not Kind.MALFORMED:
            raise

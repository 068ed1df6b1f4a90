"""Protects that a schema reads as a list of members."""

from tests.contracts import documents
from workswith.contracts.renderings.rows import Row, limits, rows, type_of


def test_members_are_flattened() -> None:
    schema = {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["a"],
            "properties": {
                "a": {
                    "type": "object",
                    "description": "A.",
                    "properties": {"b": {"type": ["integer", "string"], "minimum": 1}},
                },
                "c": {"type": "array", "maxItems": 1, "items": {"type": "string"}},
            },
        },
    }
    assert [(row.path, row.depth, row.type, row.required, row.limits) for row in rows(schema)] == [
        ("[].a", 0, "object", True, ()),
        ("[].a.b", 1, "integer or string", False, ("at least 1",)),
        ("[].c", 0, "array of string", False, ("at most 1 items",)),
    ]


def test_what_only_one_mode_needs_is_said() -> None:
    schema = {
        "properties": {"mode": {"enum": ["a", "b"]}, "x": {"type": "string", "description": "X."}},
        "allOf": [{"if": {"properties": {"mode": {"const": "a"}}}, "then": {"required": ["x"]}}],
    }
    assert rows(schema)[1] == Row("x", "x", 0, "string", False, "X.", ("needed for mode a",))
    assert rows(schema)[0].limits == ("one of: a, b",)


def test_phrases() -> None:
    schema = {"minimum": 3, "maximum": 40, "format": "uuid", "const": True, "default": "x"}
    assert limits(schema) == ("always true", "3 to 40", "format: uuid", "default: x")
    assert type_of({}) == "anything"
    assert rows({"type": "string"}) == ()


def test_errors_have_rows() -> None:
    get = documents.compiled().operations[0]
    assert [row.name for row in rows(get.errors[0].schema or {})] == ["statusCode"]

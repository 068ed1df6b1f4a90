"""Protects the yardstick that other tests hold answers against."""

from tests.contracts import documents
from workswith.contracts.conformance import answer_misfits


def test_answers_are_held_against_the_document() -> None:
    get, post = documents.compiled().operations
    assert answer_misfits(get, 200, b'{"on":false}') == []
    assert answer_misfits(get, 200, b'{"on":1}')
    assert answer_misfits(get, 200, b"<on/>")
    assert answer_misfits(get, 418, b"{}") == ["Get-Lamp does not document 418"]
    assert answer_misfits(post, 200, b"") == []
    assert answer_misfits(post, 200, b"{}") == ["Set-Lamp documents no body for 200"]

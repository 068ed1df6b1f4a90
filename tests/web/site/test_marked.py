"""Texts of documents: marks become elements, everything else stays text."""

import pytest

from workswith.web.site.marked import marked, paragraphs


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the `mode` is needed", "the <code>mode</code> is needed"),
        ("**never** and *often*", "<strong>never</strong> and <em>often</em>"),
        ("2 * 3 * 4, a*b*c", "2 * 3 * 4, a*b*c"),
        ("`<b>` & <script>", "<code>&lt;b&gt;</code> &amp; &lt;script&gt;"),
        ("`open", "`open"),
        ("`**both**`", "<code>**both**</code>"),
    ],
)
def test_marks_become_elements_and_nothing_else_does(text: str, shown: str) -> None:
    assert marked(text) == shown


def test_empty_lines_divide_paragraphs() -> None:
    assert paragraphs("one\ntwo\n\n \nthree\n") == ["one\ntwo", "three"]

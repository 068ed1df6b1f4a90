"""Protects exact routing: nothing matches that the document does not name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.contracts.paths import LONGEST_VALUE, Paths, variables

PATHS = Paths(
    [
        ("GET", "/plants", "plants"),
        ("GET", "/plants/{plantId}", "plant"),
        ("POST", "/plants/{plantId}/subscription", "subscribe"),
        ("DELETE", "/plants/{plantId}/subscription/{id}", "delete"),
        ("GET", "/slash/", "slash"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/plants", ("plants", {})),
        ("GET", "/plants/a", ("plant", {"plantId": "a"})),
        ("GET", "/plants/a%20b", ("plant", {"plantId": "a b"})),
        ("GET", "/plants/a%2520b", ("plant", {"plantId": "a%20b"})),
        ("DELETE", "/plants/a/subscription/b", ("delete", {"plantId": "a", "id": "b"})),
        ("GET", "/slash/", ("slash", {})),
        ("GET", "/slash", None),
        ("GET", "/plants/", None),
        ("GET", "/plants/a/", None),
        ("GET", "//plants", None),
        ("GET", "/Plants", None),
        ("get", "/plants", None),
        ("POST", "/plants", None),
        ("GET", "/pl%61nts", None),
        ("GET", "/plants/a%2Fb", None),
        ("GET", "/plants/a%5Cb", None),
        ("GET", "/plants/%00", None),
        ("GET", "/plants/a%0d%0ab", None),
        ("GET", "/plants/%ff", None),
        ("GET", "/plants/..", None),
        ("GET", "/plants/%2e%2e", None),
        ("GET", "/plants/" + "a" * LONGEST_VALUE, ("plant", {"plantId": "a" * LONGEST_VALUE})),
        ("GET", "/plants/" + "a" * (LONGEST_VALUE + 1), None),
        ("GET", "", None),
    ],
)
def test_find(method: str, path: str, expected: object) -> None:
    assert PATHS.find(method, path) == expected


@given(st.text())
def test_no_path_breaks_it(path: str) -> None:
    PATHS.find("GET", path)
    PATHS.find("GET", "/plants/" + path)


def test_variables_in_order() -> None:
    assert variables("/a/{b}/c/{d}") == ("b", "d")

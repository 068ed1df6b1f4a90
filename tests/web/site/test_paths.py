import pytest

from workswith.web.site.paths import own_path, with_return


@pytest.mark.parametrize(
    "path", ["/", "/home", "/home/a?b=c&d=%2F", "/authorize?redirect_uri=https%3A%2F%2Fx", "/a//b"]
)
def test_own_paths_are_kept(path: str) -> None:
    assert own_path(path, "/else") == path


@pytest.mark.parametrize(
    "path",
    [
        "", None, "home", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "https://evil.example", "https:evil.example", "javascript:alert(1)", "/\t/evil.example",
        "/\n/evil.example", " //evil.example", "/ok\r\nSet-Cookie: a=b", "/" + "a" * 9000,
        "/a\\@evil.example", "/\x00",
    ],
)  # fmt: skip
def test_nothing_else_is_ever_gone_to(path: str | None) -> None:
    """Open redirects: every spelling that browsers take for another host."""
    assert own_path(path, "/else") == "/else"


def test_the_way_back_is_one_value() -> None:
    assert with_return("/signin", "/a?b=c&d=e") == "/signin?return_to=%2Fa%3Fb%3Dc%26d%3De"

"""Endpoint addresses: what may be subscribed, and where it leads."""

import pytest

from workswith.kernel.problem import Kind, Problem
from workswith.webhooks.target import Target, parse


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://example.com", Target(True, "example.com", 443, "/"), "example.com"),
        ("https://example.com:443/a", Target(True, "example.com", 443, "/a"), "example.com"),
        ("https://EXAMPLE.com/?a=b", Target(True, "example.com", 443, "/?a=b"), "example.com"),
        ("https://e.example:8443/%20", Target(True, "e.example", 8443, "/%20"), "e.example:8443"),
        ("https://1.1.1.1/x", Target(True, "1.1.1.1", 443, "/x"), "1.1.1.1"),
        ("https://[2606:4700:0::1]/x", Target(True, "2606:4700::1", 443, "/x"), "[2606:4700::1]"),
        ("https://xn--bcher-kva.example/", Target(True, "xn--bcher-kva.example", 443, "/"), ""),
    ],
)
def test_good_addresses(url: str, target: Target, authority: str) -> None:
    assert parse(url) == target
    assert parse(url).authority == (authority or target.host)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "https_only"),
        ("ftp://example.com/", "https_only"),
        ("//example.com/", "https_only"),
        ("example.com", "https_only"),
        ("javascript:alert(1)", "https_only"),
        ("https:///path", "url_host"),
        ("https://", "url_host"),
        ("https://user@example.com/", "url_user_information"),
        ("https://user:pass@example.com/", "url_user_information"),
        ("https://good.example\\@evil.example/", "url_characters"),
        ("https://example.com/#part", "url_fragment"),
        ("https://example.com/#", "url_fragment"),
        ("https://example.com/a b", "url_characters"),
        ("https://example.com/\r\nHost: evil", "url_characters"),
        ("https://example.com/\x00", "url_characters"),
        ("https://bücher.example/", "url_characters"),
        ("https://１２７.0.0.1/", "url_characters"),
        ("https://ex\tample.com/", "url_characters"),
        ("https://example..com/", "url_host"),
        ("https://-example.com/", "url_host"),
        ("https://" + "a" * 64 + ".example/", "url_host"),
        ("https://" + "a." * 130 + "example/", "url_host"),
        ("https://example.com:0/", "url_invalid"),
        ("https://example.com:99999/", "url_invalid"),
        ("https://example.com:x/", "url_invalid"),
        ("https://[::1/", "url_invalid"),
        ("https://[fe80::1%25eth0]/", "url_host"),
        ("https://[v1.name]/", "url_host"),
        ("https://example.com/" + "a" * 2_000, "url_too_long"),
        ("", "url_characters"),
    ],
)
def test_bad_addresses(url: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        parse(url)
    assert (caught.value.kind, caught.value.code) == (Kind.MALFORMED, code)
    assert caught.value.detail


def test_http_only_where_it_is_allowed() -> None:
    assert parse("http://example.com/", allow_http=True) == Target(False, "example.com", 80, "/")

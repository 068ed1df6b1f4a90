"""Nobody chooses the address that throttles count, and nobody behind a proxy is taken for all. [ACC-7]"""

import msgspec
import pytest

from workswith.web.settings import Settings
from workswith.web.site.addresses import asker

PROXIES = ("10.0.0.0/8", "2001:db8::1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "expected"),
    [
        ("198.51.100.7", "", (), "198.51.100.7"),
        ("198.51.100.7", "192.0.2.1", (), "198.51.100.7"),
        ("198.51.100.7", "192.0.2.1", PROXIES, "198.51.100.7"),
        ("10.0.0.1", "192.0.2.1", PROXIES, "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9, 192.0.2.1", PROXIES, "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9, 192.0.2.1, 10.2.3.4", PROXIES, "192.0.2.1"),
        ("::ffff:10.0.0.1", "192.0.2.1", PROXIES, "192.0.2.1"),
        ("2001:db8::1", "2001:db8::99", PROXIES, "2001:db8::99"),
        ("10.0.0.1", "", PROXIES, "10.0.0.1"),
        ("10.0.0.1", "192.0.2.1, nonsense", PROXIES, "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2", PROXIES, "10.0.0.2"),
        ("", "192.0.2.1", PROXIES, ""),
    ],
)
def test_the_first_that_is_not_ours_from_the_right(
    peer: str, forwarded: str, proxies: tuple[str, ...], expected: str
) -> None:
    assert asker(peer, forwarded, proxies) == expected


def test_a_wrong_network_is_found_at_the_start() -> None:
    with pytest.raises(msgspec.ValidationError, match="nonsense"):
        msgspec.convert({"trusted_proxies": ["nonsense"]}, Settings)

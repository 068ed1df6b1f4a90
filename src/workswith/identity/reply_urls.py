"""Which reply URLs an application may register. [APP-1 APP-3, RFC 9700 section 2.1]

They are compared byte for byte, so whatever could make two programs read one URL differently is
refused here: user information, fragments, control characters, backslashes, unusual hosts.
"""

import re
from urllib.parse import urlsplit

from workswith.kernel.problem import Kind, Problem

MOST = 10
LONGEST = 2000
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")  # RFC 3986, without "#"
_HOST = re.compile(
    r"(?P<host>(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*"
    r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?"
)


def check_reply_urls(urls: tuple[str, ...]) -> None:
    """One to ten, all different. Raises `Problem` whose ``field`` is ``reply_urls``."""
    if not 1 <= len(urls) <= MOST:
        _refuse("reply_urls_count", f"Between one and {MOST} reply URLs, please.")
    if len(set(urls)) != len(urls):
        _refuse("reply_urls_twice", "The same reply URL stands there twice.")
    for url in urls:
        check_reply_url(url)


def check_reply_url(url: str) -> None:
    """https, or http on a loopback host. Raises `Problem`."""
    if len(url) > LONGEST:
        _refuse("reply_url_long", f"A reply URL has at most {LONGEST} characters.")
    if "#" in url:
        _refuse("reply_url_fragment", f"A reply URL has no fragment: {url}")
    if not _ALLOWED.fullmatch(url):
        _refuse("reply_url_characters", "A reply URL has only characters of RFC 3986.")
    try:
        parts = urlsplit(url)
    except ValueError:
        _refuse("reply_url_invalid", f"This is not a URL: {url}")
        return
    if "@" in parts.netloc:
        _refuse("reply_url_user", "A reply URL has no user name.")
    authority = _HOST.fullmatch(parts.netloc)
    if authority is None or int(authority["port"] or 1) not in range(1, 65_536):
        _refuse("reply_url_host", f"The host of this reply URL is not valid: {url}")
    elif not url.startswith(("https://", "http://")):
        _refuse("reply_url_scheme", "A reply URL begins with https://.")
    elif parts.scheme == "http" and authority["host"] not in LOOPBACK:
        _refuse("reply_url_https", f"Please use https outside your own machine: {url}")


def host_of(url: str) -> str:
    """For messages: what the original prints of a reply URL, reduced to plain characters."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return "".join(char for char in host if char.isascii() and (char.isalnum() or char in "-._:"))


def _refuse(code: str, detail: str) -> None:
    raise Problem(Kind.INVALID, code, detail, field="reply_urls")

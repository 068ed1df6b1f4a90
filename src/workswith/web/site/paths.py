"""Where a page may send the reader on: own paths only."""

from urllib.parse import quote, urlsplit


def own_path(wanted: str | None, otherwise: str) -> str:
    r"""``wanted`` if it is a path of this site, else ``otherwise``.

    Refused are other hosts in every spelling that browsers take for one: ``//host``, ``/\host``,
    ``https:host``, control characters.
    """
    if (
        not wanted
        or len(wanted) > 8_000
        or not wanted.startswith("/")
        or wanted.startswith("//")
        or "\\" in wanted
        or any(ord(sign) < 0x21 or ord(sign) == 0x7F for sign in wanted)
    ):
        return otherwise
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else wanted


def with_return(path: str, return_to: str) -> str:
    """``path`` with the way back in its query."""
    return f"{path}?return_to={quote(return_to, safe='')}"

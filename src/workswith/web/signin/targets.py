"""Which application a sign-in is for, and where its forms may end.

Chromium holds the policy ``form-action`` against the redirects after a form as well, so that the
sign-in and consent pages have to name the origin of the reply URL; of no other, and only of one that
is registered. [RFC 9700 section 4.16]
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from workswith.web.site.visit import Visit


@dataclass(frozen=True, slots=True)
class Asker:
    """``targets``: sources for ``form-action``."""

    name: str
    targets: tuple[str, ...]


async def asker(visit: Visit, return_to: str) -> Asker | None:
    """The application whose /authorize request is waiting behind ``return_to``."""
    path, _mark, query = return_to.partition("?")
    if path != "/authorize":
        return None
    params = parse_qsl(query, max_num_fields=100)
    request = await visit.services.authorize.asked_by(params)
    if request is None:
        return None
    return Asker(request.application.name, (source(request.redirect_uri),))


def source(url: str) -> str:
    """The origin of ``url`` as a policy writes it; IPv6 hosts cannot be written but as a scheme."""
    parts = urlsplit(url)
    if parts.hostname and ":" in parts.hostname:
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

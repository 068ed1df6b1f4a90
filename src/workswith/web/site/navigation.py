"""What stands in the header, for whom."""

from typing import NamedTuple

from .language import lazy
from .visit import Visit


class Section(NamedTuple):
    """An entry; it is the current one on every page below ``path``."""

    label: str
    path: str


VISITOR = (
    Section(lazy("Guides"), "/guides"),
    Section(lazy("APIs"), "/apis"),
    Section(lazy("Products"), "/products"),
)
DEVELOPER = (
    *VISITOR,
    Section(lazy("Subscriptions"), "/profile"),
    Section(lazy("Usage"), "/usage"),
    Section(lazy("Applications"), "/applications"),
    Section(lazy("Homes"), "/home"),
)
TESTING = Section(lazy("Testing"), "/testing")
OPERATOR = (
    Section(lazy("Office"), "/office"),
    Section(lazy("Requests"), "/office/requests"),
    Section(lazy("Subscriptions"), "/office/subscriptions"),
    Section(lazy("Products"), "/office/products"),
    Section(lazy("Accounts"), "/office/accounts"),
    Section(lazy("Audit log"), "/office/audit"),
    Section(lazy("Tickets"), "/office/tickets"),
    Section(lazy("Forum"), "/office/forum"),
    Section(lazy("Showcase"), "/office/showcase"),
)
HOME_OWNER = (
    Section(lazy("Homes"), "/home"),
    Section(lazy("Third-party access"), "/account/third-party-access"),
)


def sections(visit: Visit) -> list[tuple[Section, bool]]:
    """The entries for this visitor, each with whether the page belongs to it."""
    entries = _entries(visit)
    nearest = max(
        (one.path for one in entries if _within(visit.path, one.path)), key=len, default=""
    )
    return [(entry, entry.path == nearest) for entry in entries]


def _entries(visit: Visit) -> tuple[Section, ...]:
    if visit.known is None:
        return VISITOR
    if visit.operator:
        return OPERATOR
    if not visit.developer:
        return HOME_OWNER
    return (*DEVELOPER, TESTING) if visit.services.testing is not None else DEVELOPER


def _within(path: str, section: str) -> bool:
    return path == section or path.startswith(section + "/")

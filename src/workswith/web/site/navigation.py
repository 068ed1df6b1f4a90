"""What stands in the header, for whom.

A place has a few entries; the office has so many that they stand in groups, each a menu that opens
without script.
"""

from typing import NamedTuple, Protocol

from .language import lazy
from .services import Services


class Visitor(Protocol):
    """Whom the header is for: of a `visit.Visit`."""

    @property
    def path(self) -> str: ...

    @property
    def known(self) -> object: ...

    @property
    def developer(self) -> bool: ...

    @property
    def operator(self) -> bool: ...

    @property
    def services(self) -> Services: ...


class Section(NamedTuple):
    """A link; ``path`` is above all the pages that belong to it."""

    label: str
    path: str


class Group(NamedTuple):
    """A menu of links."""

    label: str
    sections: tuple[Section, ...]


class Entry(NamedTuple):
    """A section or a group as a page shows it: ``inside`` holds the entries of a group."""

    label: str
    path: str
    current: bool
    inside: tuple["Entry", ...] = ()


VISITOR = (
    Section(lazy("Guides"), "/guides"),
    Section(lazy("APIs"), "/apis"),
    Section(lazy("Products"), "/products"),
)
DEVELOPER = (
    *VISITOR,
    Section(lazy("Subscriptions"), "/subscriptions"),
    Section(lazy("Usage"), "/usage"),
    Section(lazy("Applications"), "/applications"),
    Section(lazy("Homes"), "/homes"),
)
TESTING = Section(lazy("Testing"), "/testing")
_OFFICE: tuple[tuple[str, dict[str, str]], ...] = (
    (lazy("People"), {"accounts": lazy("Accounts"), "tickets": lazy("Tickets")}),
    (
        lazy("Programme"),
        {
            "requests": lazy("Requests"),
            "subscriptions": lazy("Subscriptions"),
            "products": lazy("Products"),
            "apis": lazy("APIs"),
        },
    ),
    (
        lazy("Operations"),
        {
            "notifications": lazy("Notifications"),
            "gateways": lazy("Gateways"),
            "audit": lazy("Audit log"),
        },
    ),
    (
        lazy("Community"),
        {
            "forum": lazy("Forum"),
            "showcase": lazy("Showcase"),
            "announcements": lazy("Announcements"),
            "news": lazy("News"),
        },
    ),
    (lazy("Appearance"), {"brand": lazy("Brand")}),
)
OFFICE = tuple(
    Group(label, tuple(Section(words, f"/office/{name}") for name, words in entries.items()))
    for label, entries in _OFFICE
)
OPERATOR: tuple[Section | Group, ...] = (Section(lazy("Office"), "/office"), *OFFICE)
HOME_OWNER = (
    Section(lazy("Homes"), "/home"),
    Section(lazy("Third-party access"), "/account/third-party-access"),
)


def sections(visit: Visitor) -> list[Entry]:
    """The entries for this visitor, each with whether the page belongs to it."""
    entries = _entries(visit)
    links = [link for one in entries for link in _links(one)]
    nearest = max((one.path for one in links if _within(visit.path, one.path)), key=len, default="")
    return [_entry(one, nearest) for one in entries]


def _entry(one: Section | Group, nearest: str) -> Entry:
    if isinstance(one, Section):
        return Entry(one.label, one.path, one.path == nearest)
    if len(one.sections) == 1:
        return _entry(one.sections[0], nearest)
    inside = tuple(_entry(link, nearest) for link in one.sections)
    return Entry(one.label, "", any(link.current for link in inside), inside)


def _links(one: Section | Group) -> tuple[Section, ...]:
    return (one,) if isinstance(one, Section) else one.sections


def _entries(visit: Visitor) -> tuple[Section | Group, ...]:
    if visit.known is None:
        return VISITOR
    if visit.operator:
        return OPERATOR
    if not visit.developer:
        return HOME_OWNER
    return (*DEVELOPER, TESTING) if visit.services.testing is not None else DEVELOPER


def _within(path: str, section: str) -> bool:
    return path == section or path.startswith(section + "/")

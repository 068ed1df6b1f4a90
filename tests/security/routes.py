"""Every address of the site with every method, from the routes that it really has.

A route whose names are not known here fails `test_routes.py`, so that none is forgotten: a name is
either something that somebody owns (`stage.Person.owns`) or a word (`WORDS`).
"""

from dataclasses import dataclass
from itertools import product
from string import Formatter
from types import SimpleNamespace
from typing import Any, cast

from starlette.routing import Route

from workswith.identity import endpoints
from workswith.web import app
from workswith.web.site.services import Services

from .stage import Stage

OWNED = frozenset(
    {
        "account", "announcement", "application", "client", "delivery", "draft", "endpoint",
        "entry", "invitation", "member", "module", "news", "other", "passkey", "plant", "post", "room",
        "scene", "secret", "session", "snapshot", "subscription", "thread", "ticket", "token",
    }
)  # fmt: skip
"""Names of routes that stand for somebody's own thing."""
WORDS: dict[str, tuple[str, ...]] = {
    "act": ("hide", "show", "lock", "unlock"),
    "action": ("lift-ban", "test", "replay", "rotate-secret"),
    "api": ("echo",),
    "app": ("thermostat",),
    "decision": ("approve", "reject", "suspend", "restore"),
    "document": ("terms",),
    "name": ("workswith.css",),
    "number": ("1", "new"),
    "operation": ("retrieve-resource",),
    "product": ("starter-kit",),
    "step": ("details", "reply-urls", "scopes", "summary"),
    "which": ("primary", "secondary"),
}
"""Names of routes that stand for a choice, with all that are tried."""
THERMOSTAT_ONLY = "/home/{plant}/thermostats/"


@dataclass(frozen=True, slots=True)
class Address:
    """One method of one route, its words filled in: ``path`` is a format text of owned names."""

    method: str
    route: str
    path: str

    @property
    def names(self) -> tuple[str, ...]:
        return names_of(self.path)

    def of(self, owns: dict[str, str]) -> str:
        """The address of this person's thing."""
        if self.route.startswith(THERMOSTAT_ONLY):
            owns = {**owns, "plant": owns["flat"], "module": owns["thermostat"]}
        return self.path.format(**owns)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def names_of(path: str) -> tuple[str, ...]:
    return tuple(name for _text, name, *_ in Formatter().parse(path) if name)


def site_routes(stage: Stage) -> list[Route]:
    """What `web.app` serves, the pages of a sandbox and those that all pages share included."""
    services = stage.areas._services(None, sandbox=True, testing=cast("Any", SimpleNamespace()))
    return routes_of(services)


def routes_of(services: Services) -> list[Route]:
    found = app.create(services).routes
    assert all(isinstance(one, Route) for one in found)
    return cast("list[Route]", found)


def login_paths() -> frozenset[str]:
    """What programs ask the login service; they bring no cookies and get no pages."""
    return endpoints.PATHS


def addresses(stage: Stage) -> list[Address]:
    """Every method of every route, with each word that it may have."""
    every = []
    for route in site_routes(stage):
        words = [name for name in names_of(route.path) if name in WORDS]
        if set(names_of(route.path)) - OWNED - set(WORDS):
            continue  # see `test_routes.py`
        for chosen in product(*(WORDS[name] for name in words)):
            path = route.path
            for name, word in zip(words, chosen, strict=True):
                path = path.replace(f"{{{name}}}", word)
            every += [
                Address(method, route.path, path)
                for method in sorted((route.methods or set()) - {"HEAD"})
            ]
    return every

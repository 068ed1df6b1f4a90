"""The scopes that exist, in plain words. [APP-4 OID-2]

*Identity* scopes say what the application learns about the person and are honoured as requested;
all others belong to the application and are consented to together or not at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workswith.kernel.words import N_


@dataclass(frozen=True, slots=True)
class Scope:
    """``sentence`` completes "This application will be able to …"."""

    name: str
    sentence: str
    identity: bool = False
    offered: bool = True
    """Whether an owner chooses it; the others are available to every application."""


SCOPES = (
    Scope("openid", N_("know that it is you"), identity=True, offered=False),
    Scope("offline_access", N_("stay connected while you are away"), identity=True, offered=False),
    Scope("profile", N_("read your name and what you tell about yourself"), identity=True),
    Scope("email", N_("read your e-mail address"), identity=True),
    Scope("phone", N_("read your phone number"), identity=True),
    Scope("address", N_("read your postal address"), identity=True),
    Scope("topology.read", N_("see your homes, their rooms and their devices")),
    Scope("comfort.read", N_("see temperatures, humidity and the settings of your thermostats")),
    Scope("comfort.write", N_("change the settings of your thermostats")),
    Scope("plug.read", N_("see the state of your plugs")),
    Scope("plug.write", N_("switch your plugs on and off")),
    Scope("light.read", N_("see the state of your lights")),
    Scope("light.write", N_("switch and dim your lights")),
    Scope("automation.read", N_("see the state of your shutters and other automations")),
    Scope("automation.write", N_("move your shutters and run other automations")),
    Scope("remote.read", N_("see the state of your remote controls")),
    Scope("meter.read", N_("read your energy meters")),
    Scope("scene.read", N_("see your scenes")),
    Scope("scene.write", N_("start your scenes")),
    Scope("safety.read", N_("see the state of your safety devices")),
    Scope("audiovideoterminal.read", N_("see the state of your door entry units")),
)
BY_NAME = {scope.name: scope for scope in SCOPES}
_ORDER = {scope.name: at for at, scope in enumerate(SCOPES)}


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Without repetition, in the order of the table. Raises ``KeyError`` for an unknown name."""
    return tuple(sorted(set(names), key=_ORDER.__getitem__))


def granted(registered: Iterable[str], asked: str | None) -> tuple[str, ...]:
    """What an application with ``registered`` scopes gets when it asks for ``asked``.

    Asking for nothing, as most programs of this vendor do, means everything that is registered.
    Otherwise identity scopes are as asked. ``openid`` always comes along: the vendor's login
    service adds it by itself, and its programs expect the id_token.
    """
    registered = set(registered)
    identity = {name for name in registered if BY_NAME[name].identity}
    always = {"openid"}
    if asked is None:
        return in_order(registered | always | {"offline_access"})
    wanted = set(asked.split()) & (identity | {"offline_access"})
    return in_order((registered - identity) | wanted | always)


def narrowed(granted: Iterable[str], wanted: str) -> tuple[str, ...]:
    """``granted`` without the identity scopes that are not ``wanted``."""
    keep = set(wanted.split()) | {"openid"}
    return tuple(name for name in granted if name in keep or not BY_NAME[name].identity)


def allowed(registered: Iterable[str], asked: str) -> bool:
    """Whether everything in ``asked`` exists and belongs to the application."""
    free = {scope.name for scope in SCOPES if not scope.offered}
    return set(asked.split()) <= set(registered) | free

"""The ``claims`` and ``acr_values`` of an authorization request. [OID-11, OpenID Connect Core 5.5]

What a request names one by one is told where it was asked for: in userinfo or in the id_token. Only
claims that this service knows, and only within the identity scopes that the application has
registered, so that nobody's name is told to an application that never said it wants names.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from .profile import CLAIMS_OF

ACRS = ("1", "2")
"""One factor, two factors; as `sessions` counts them."""
_ASKED = "asked"
_SCOPE_OF = {claim: scope for scope, claims in CLAIMS_OF.items() for claim in claims}


class Wanted(msgspec.Struct, frozen=True, omit_defaults=True):
    """``acr`` is the level that the id_token names, empty if it was not asked for; ``sub`` is who
    has to be signed in.
    """

    userinfo: tuple[str, ...] = ()
    id_token: tuple[str, ...] = ()
    acr: str = ""
    sub: str = ""

    def within(self, scopes: Iterable[str]) -> "Wanted":
        """Without the claims whose scope is not among ``scopes``."""
        allowed = set(scopes)
        return msgspec.structs.replace(
            self,
            userinfo=tuple(name for name in self.userinfo if _SCOPE_OF[name] in allowed),
            id_token=tuple(name for name in self.id_token if _SCOPE_OF[name] in allowed),
        )

    def at(self, acr: str) -> "Wanted":
        """Answered by somebody who signed in at this level."""
        return msgspec.structs.replace(self, acr=acr if self.acr else "")

    @property
    def scopes(self) -> set[str]:
        """The identity scopes that the claims belong to, to be shown at consent."""
        return {_SCOPE_OF[name] for name in (*self.userinfo, *self.id_token)}

    def stored(self) -> str:
        return msgspec.json.encode(self).decode() if self != NOTHING else ""


NOTHING = Wanted()


def read(claims: str, acr_values: str) -> Wanted:
    """Raises ``ValueError`` for what is not the JSON object that section 5.5 describes."""
    members = msgspec.json.decode(claims, type=dict[str, Any]) if claims else {}
    userinfo, id_token = _object(members, "userinfo"), _object(members, "id_token")
    about_sub = id_token.get("sub")
    value = about_sub.get("value") if isinstance(about_sub, dict) else None
    return Wanted(
        userinfo=tuple(name for name in userinfo if name in _SCOPE_OF),
        id_token=tuple(name for name in id_token if name in _SCOPE_OF),
        acr=_ASKED if acr_values or "acr" in id_token else "",
        sub=value if isinstance(value, str) else "",
    )


def stored(text: str) -> Wanted:
    """The inverse of `Wanted.stored`."""
    return msgspec.json.decode(text, type=Wanted) if text else NOTHING


def _object(members: dict[str, Any], name: str) -> dict[str, Any]:
    found = members.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ValueError(f"{name} is not an object")  # noqa: TRY004 - what readers of JSON raise
    return found

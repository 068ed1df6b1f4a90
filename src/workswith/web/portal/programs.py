"""How an application's program proves itself, and where it hears of sign-outs. [APP-1 OID-11]

The wizard asks what kind of program it is; the edit page knows the rest as well. The three kinds of
the wizard are what RFC 9700 tells apart: a secret and PKCE, PKCE alone, and the older programs that
know no PKCE.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.datastructures import FormData

from workswith.identity.application import Application
from workswith.identity.client_rules import problems
from workswith.web.site.language import _, lazy

from . import sections
from .drafts import Draft

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Kind:
    """``words`` say what the program is, ``hint`` what that asks of it."""

    name: str
    words: Any
    hint: Any
    authentication: str
    pkce: str


KINDS = (
    Kind(
        "server",
        lazy("A program on a server"),
        lazy("It keeps a client secret and uses PKCE (S256)."),
        "secret",
        "required",
    ),
    Kind(
        "public",
        lazy("An app on a phone or computer, or a page in a browser"),
        lazy("It cannot keep a secret and uses PKCE (S256) alone."),
        "none",
        "required",
    ),
    Kind(
        "legacy",
        lazy("An existing program that does not know PKCE"),
        lazy("It keeps a client secret. Choose this for published integrations."),
        "secret",
        "optional",
    ),
)
WITH_KEYS = Kind(
    "keys",
    lazy("A program on a server with keys of its own"),
    lazy("It signs assertions (private_key_jwt); we only know its public keys."),
    "private_key_jwt",
    "required",
)


def kind_of(draft: Draft | Application) -> Kind:
    """Which kind a draft or an application is."""
    for kind in (*KINDS, WITH_KEYS):
        if (kind.authentication, kind.pkce) == (draft.authentication, draft.pkce):
            return kind
    return WITH_KEYS if draft.authentication == "private_key_jwt" else KINDS[1]


def read_kind(form: FormData, draft: Draft) -> Draft:
    """What was chosen; without a choice the draft stays as it is."""
    for kind in (*KINDS, WITH_KEYS):
        if form.get("program") == kind.name:
            return msgspec.structs.replace(
                draft, authentication=kind.authentication, pkce=kind.pkce
            )
    return draft


def read_all(form: FormData, draft: Draft, *, original_allowed: bool) -> Draft:
    """Everything that the edit page asks."""
    draft = read_kind(form, draft)
    retry = _typed(form, "retry_seconds").strip()
    original = original_allowed and _typed(form, "rotation") == "original"
    return msgspec.structs.replace(
        draft,
        jwks=_typed(form, "jwks").strip(),
        rotation="original" if original else "strict",
        retry_seconds=_number(retry) if retry else None,
        post_logout_urls=tuple(_typed(form, "post_logout_urls").split()),
        logout_url=_typed(form, "logout_url").strip(),
    )


def wrong(draft: Draft) -> dict[str, str]:
    """What is wrong, by field, in words."""
    found: dict[str, str] = {}
    for problem in problems(sections.application_form(draft)):
        found.setdefault(problem.field, _(problem.detail))
    return found


def _typed(form: FormData, name: str) -> str:
    value = form.get(name)
    return value[:_LONGEST] if isinstance(value, str) else ""


def _number(text: str) -> int:
    """A wrong one is refused with its field."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1

"""The developer's profile: who they are, their subscriptions, and what can be done with the keys.

A key is shown, hidden, copied and regenerated on its own; the other one goes on working, so that a
key can be changed without a pause. The page asks before it regenerates or cancels. [PRD-2 PRD-3]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from wtforms.validators import InputRequired, Length

from workswith.catalog import states
from workswith.catalog.subscription import Subscription
from workswith.catalog.subscriptions import BOTH, NAME_LIMIT, Key
from workswith.kernel.clock import DAY
from workswith.kernel.problem import Problem
from workswith.web.site import paging
from workswith.web.site.forms import Form, text
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import developer
from workswith.web.site.visit import Visit

from . import visible
from .pages import first_call

HELD = 10
"""Subscriptions on a page."""
QUIET = DAY
"""A key that was not used for so long is no longer in use."""
_BOTH_WORDS = {"primary": lazy("Primary key"), "secondary": lazy("Secondary key")}


@dataclass(frozen=True, slots=True)
class Held:
    """A subscription with its keys, if it still has any that could work."""

    subscription: Subscription
    keys: Mapping[str, Key]


class RenameForm(Form):
    """The name of a subscription."""

    name = text(
        lazy("New name"),
        InputRequired(lazy("Subscription name cannot be empty.")),
        Length(max=NAME_LIMIT),
        autocomplete="off",
    )


async def profile(visit: Visit) -> Response:
    """Who one is, and the subscriptions."""
    return await _show(visit, "/profile")


async def subscriptions(visit: Visit) -> Response:
    """The subscriptions alone, where the menu leads."""
    return await _show(visit, "/subscriptions")


async def _show(visit: Visit, path: str) -> Response:
    """The newest subscription first, ended ones last; and what to do with a key that is new."""
    subscriptions = visit.services.subscriptions
    every = await subscriptions.of_account(visit.account.id)
    running = paging.leaf(
        visit,
        f"{path}#subscriptions",
        [one for one in every if not states.ended(one.state)],
        lambda one: f"{one.name} {one.product_name} {one.id}",
        size=HELD,
    )
    held = [Held(one, await subscriptions.keys(visit.account.id, one.id)) for one in running]
    ended = [one for one in every if states.ended(one.state)]
    used = any(key.last_used_at for one in held for key in one.keys.values())
    return visit.render(
        "portal/profile.html",
        path=path,
        first=None if used else first_call(visit, await visible.documents(visit)),
        held=held,
        running=running,
        ended=paging.leaf(visit, f"{path}#ended", ended, page="ended"),
        which_words=_BOTH_WORDS,
        quiet_before=visit.now - QUIET,
    )


async def rename(visit: Visit) -> Response:
    """A page of its own, so that it works without script and keeps what was typed."""
    subscription = await _own(visit)
    form = RenameForm.of(visit, name=subscription.name)
    if visit.posted and form.validate():
        try:
            await visit.services.subscriptions.rename(
                visit.account.id, subscription.id, form.name.data or ""
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            visit.say(_("Renamed."))
            return visit.go(f"/profile#subscription-{subscription.id}")
    return visit.render(
        "portal/rename.html",
        422 if visit.posted else 200,
        subscription=subscription,
        form=form,
    )


async def regenerate(visit: Visit) -> Response:
    """The page has asked whether; the other key goes on working."""
    which = _which(visit)
    subscription = visit.parameter("subscription")
    await visit.services.subscriptions.regenerate(visit.account.id, subscription, which)
    visit.say(_("A new key is in place. The old one no longer works."))
    return visit.go(f"/profile#subscription-{subscription}")


async def cancel(visit: Visit) -> Response:
    """The page has asked whether."""
    await visit.services.subscriptions.cancel(visit.account.id, visit.parameter("subscription"))
    visit.say(_("Cancelled. Its keys no longer work."))
    return visit.go("/profile#subscriptions")


async def _own(visit: Visit) -> Subscription:
    return await visit.services.subscriptions.one(visit.account.id, visit.parameter("subscription"))


def _which(visit: Visit) -> Literal["primary", "secondary"]:
    for which in BOTH:
        if visit.parameter("which") == which:
            return which
    raise HTTPException(404)


_ONE = "/profile/subscriptions/{subscription}"
ROUTES = [
    Route("/subscriptions", developer(subscriptions), methods=["GET"]),
    Route("/profile", developer(profile)),
    Route(f"{_ONE}/rename", developer(rename), methods=["GET", "POST"]),
    Route(f"{_ONE}/keys/{{which}}/regenerate", developer(regenerate), methods=["POST"]),
    Route(f"{_ONE}/cancel", developer(cancel), methods=["POST"]),
]

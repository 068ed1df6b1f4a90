"""Try it: a form for one call, a sign-in window for its token, the answer beneath. [PRT-2]

The call itself goes from the browser straight to the gateway. The token is obtained by the portal
as an application of its own, with PKCE and state: the window goes through the same sign-in and
consent as for any application, and its last page hands the token to the page that opened it.
"""

import hashlib
from urllib.parse import urlencode

import msgspec
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from workswith.catalog.quota import counted
from workswith.catalog.window import window
from workswith.contracts.renderings import calls, samples, try_it
from workswith.devices.plants import plants_of
from workswith.kernel.ident import b64url, same
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _
from workswith.web.site.pages import developer, page
from workswith.web.site.services import ConsoleClient, callback_address
from workswith.web.site.visit import Visit
from workswith.webhooks.preview import Home

from . import errors, own, sealed
from .apis import document_of, operation_of

COOKIE = "ww_console"
SECONDS = 900
_LONGEST_CHANNEL = 64


class _Pending(msgspec.Struct, frozen=True):
    """What the way back must match."""

    state: str
    verifier: str
    channel: str


async def console(visit: Visit) -> Response:
    """The form, with the reader's keys and homes to choose from."""
    document = await document_of(visit)
    chosen = operation_of(visit, document)
    origin = visit.services.origins.api
    keys = await own.keys(visit, document.slug)
    key = keys[0].key if keys else calls.KEY_PLACEHOLDER
    return visit.render(
        "portal/console.html",
        api=document,
        operation=chosen,
        form=try_it.form(document, chosen, origin),
        keys=keys,
        homes=await own.plants(visit, document.slug),
        can_sign_in=visit.services.console is not None and chosen.called_by == "user",
        curl=samples.curl(calls.compose(document, chosen, origin, key=key)),
        advice=errors.by_status(visit.services),
    )


async def authorize(visit: Visit) -> Response:
    """Starts the sign-in of the window. ``channel`` names who waits for the token."""
    client = _client(visit)
    pending = _Pending(
        state=visit.services.ident.secret(),
        verifier=visit.services.ident.secret(),
        channel=visit.asked("channel")[:_LONGEST_CHANNEL],
    )
    sealed.put(visit, COOKIE, msgspec.json.encode(pending).decode(), "console", SECONDS)
    challenge = b64url(hashlib.sha256(pending.verifier.encode()).digest())
    query = urlencode(
        {
            "client_id": client.client_id,
            "redirect_uri": callback_address(visit.services.origins.portal),
            "response_type": "code",
            "state": pending.state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
    return RedirectResponse(f"{visit.services.origins.login}/authorize?{query}", 303)


async def callback(visit: Visit) -> Response:
    """The end of the window: exchanges the code and hands the token over, or says what failed."""
    packed = sealed.take(visit, COOKIE, "console")
    if not packed:
        return _hand_over(visit, error=_("This window was not opened by Try it, or too long ago."))
    pending = msgspec.json.decode(packed, type=_Pending)
    if not same(visit.asked("state"), pending.state):
        return _hand_over(visit, error=_("The answer does not belong to this window."))
    if not visit.asked("code"):
        reason = visit.asked("error_description") or visit.asked("error")
        return _hand_over(visit, pending.channel, error=reason or _("The sign-in was given up."))
    try:
        token = await _client(visit).exchange(
            visit.asked("code"),
            pending.verifier,
            callback_address(visit.services.origins.portal),
        )
    except Problem as problem:
        return _hand_over(visit, pending.channel, error=_(problem.detail))
    return _hand_over(visit, pending.channel, token=token)


async def quota(visit: Visit) -> Response:
    """How many calls of today are used, of one subscription and the reader's own account.

    For Try it, which shows what a call has cost. Only the reader's own count is told.
    """
    if visit.asked("subject", visit.account.id) != visit.account.id:
        return JSONResponse({}, 404)
    services = visit.services
    subscription = await services.subscriptions.one(visit.account.id, visit.asked("subscription"))
    today = window(visit.now, services.quota_anchor_minutes)
    key = counted(subscription.product_id, visit.account.id)
    used = await services.counter.used(key, today.day)
    return JSONResponse(
        {
            "used": used,
            "limit": subscription.daily_quota,
            "left": max(0, subscription.daily_quota - used),
            "seconds": today.seconds_left(visit.now),
        }
    )


async def caused(visit: Visit) -> Response:
    """The notifications that a call of the reader's has caused, by its flow id; JSON.

    ``body`` is what subscribers get. Only of homes that the reader sees.
    """
    services = visit.services
    if services.preview is None or visit.asked("subject", visit.account.id) != visit.account.id:
        return JSONResponse({}, 404)
    seen = await plants_of(services.database, visit.account.id)
    homes = [Home(plant.id, plant.api) for plant in seen]
    names = {plant.id: plant.name for plant in seen}
    found = await services.preview.caused(visit.account.id, homes, visit.asked("flow")[:64])
    return JSONResponse(
        [
            {
                "event": one.event_id,
                "kind": one.kind,
                "home": names[one.plant_id],
                "module": one.module_id,
                "body": one.body,
            }
            for one in found
        ]
    )


def _hand_over(visit: Visit, channel: str = "", *, token: str = "", error: str = "") -> Response:
    return visit.render(
        "portal/console_callback.html",
        200 if token else 400,
        channel=channel,
        token=token,
        error=error[:500],
    )


def _client(visit: Visit) -> ConsoleClient:
    if visit.services.console is None:
        raise Problem(
            Kind.CONFLICT,
            "console_unknown",
            "Signing in from Try it is not set up here.",
            hint="Paste an access token of your own application.",
        )
    return visit.services.console


_OPERATION = "/apis/{api}/operations/{operation}"
ROUTES = [
    Route(f"{_OPERATION}/console", page(console), methods=["GET"]),
    Route("/console/authorize", developer(authorize), methods=["GET"]),
    Route("/console/callback", page(callback), methods=["GET"]),
    Route("/console/notifications", developer(caused), methods=["GET"]),
    Route("/console/quota", developer(quota), methods=["GET"]),
]

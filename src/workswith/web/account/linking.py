"""Third-party access → link the account of an official app: proof, confirmation, homes. [OID-10]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.linked_homes import API_OF
from workswith.devices.plants import plants_of
from workswith.identity.linking import APPS
from workswith.kernel.problem import Kind, Problem
from workswith.web.signin.forms import SecondForm
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

from .forms import LinkForm

PLACE = "/account/third-party-access"


async def ask(visit: Visit) -> Response:
    """Which account of the app?"""
    app = _app(visit)
    form = LinkForm.of(visit)
    if visit.posted and form.validate():
        try:
            asked = await visit.services.links.ask(
                visit.account.id,
                app,
                form.email.data or "",
                form.password.data or "",
                visit.address,
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            step = "second" if asked.second else "confirm"
            return visit.go(f"{PLACE}/link/{app}/{step}?token={asked.token}")
    status = 422 if visit.posted else 200
    return visit.render("account/link.html", status, form=form, app=app, name=APPS[app])


async def second(visit: Visit) -> Response:
    """The second step that the app's account has at its own sign-in."""
    app = _app(visit)
    token = visit.typed("token") if visit.posted else visit.asked("token")
    form = SecondForm.of(visit)
    links = visit.services.links
    try:
        if visit.posted and form.validate():
            proved = await links.second(
                visit.account.id, app, token, form.code.data or "", visit.address
            )
            return visit.go(f"{PLACE}/link/{app}/confirm?token={proved}")
        await links.waiting(token)
    except Problem as problem:
        if problem.kind is Kind.UNAUTHENTICATED:
            visit.say(_(problem.detail), "warn")
            return visit.go(f"{PLACE}/link/{app}")
        if problem.kind not in {Kind.INVALID, Kind.THROTTLED}:
            raise
        form.refuse(problem)
    status = 422 if visit.posted else 200
    return visit.render(
        "account/link_second.html", status, form=form, app=app, name=APPS[app], token=token
    )


async def confirm(visit: Visit) -> Response:
    """Names the homes, and links them at the press of the button."""
    app = _app(visit)
    token = visit.typed("token") if visit.posted else visit.asked("token")
    links = visit.services.links
    try:
        if visit.posted:
            wish = await links.link(visit.account.id, token)
            visit.say(_("Linked. The homes of your %s account are here.") % APPS[wish.app])
            return visit.go(PLACE)
        wish = await links.wish(visit.account.id, token)
    except Problem as problem:
        if problem.kind is not Kind.UNAUTHENTICATED:
            raise
        visit.say(_(problem.detail), "warn")
        return visit.go(f"{PLACE}/link/{app}")
    shown = await plants_of(visit.services.database, wish.other.id, API_OF[wish.app])
    return visit.render(
        "account/link_confirm.html",
        name=APPS[wish.app],
        app=wish.app,
        other=wish.other,
        token=token,
        plants=[plant for plant in shown if plant.owner_id == wish.other.id],
    )


async def unlink(visit: Visit) -> Response:
    """The page has asked whether."""
    await visit.services.links.unlink(visit.account.id, _app(visit), visit.parameter("other"))
    visit.say(_("Unlinked. Its homes are no longer here."))
    return visit.go(PLACE)


def _app(visit: Visit) -> str:
    app = visit.parameter("app")
    if app not in APPS:
        raise Problem(Kind.UNKNOWN, "app_unknown", "There is no such app.")
    return app


_BOTH = ["GET", "POST"]
ROUTES = [
    Route(f"{PLACE}/link/{{app}}", account(ask), methods=_BOTH),
    Route(f"{PLACE}/link/{{app}}/second", account(second), methods=_BOTH),
    Route(f"{PLACE}/link/{{app}}/confirm", account(confirm), methods=_BOTH),
    Route(f"{PLACE}/link/{{app}}/{{other}}/end", account(unlink), methods=["POST"]),
]

"""Sign in, sign out. [ACC-2 ACC-3]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from . import opening, places
from .forms import SignInForm
from .targets import Asker, asker


async def sign_in(visit: Visit) -> Response:
    """The form, and what becomes of it."""
    wanted = visit.typed("return_to") if visit.posted else visit.asked("return_to")
    return_to = places.return_path(wanted)
    if not visit.posted:
        if visit.known and not (places.for_developers_only(return_to) and not visit.developer):
            return visit.go(return_to)
        form = SignInForm.of(visit, logonIdentifier=visit.asked("email"))
        return show(visit, form, return_to, 200, await asker(visit, return_to))
    form = SignInForm.of(visit)
    who = await asker(visit, return_to)
    if not form.validate():
        return show(visit, form, return_to, 422, who)
    try:
        account = await visit.services.accounts.sign_in(
            form.logonIdentifier.data or "", form.password.data or "", visit.address
        )
    except Problem as problem:
        if problem.kind not in {Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.THROTTLED}:
            raise
        form.refuse(problem)
        return show(visit, form, return_to, 422, who)
    return await opening.after_first(visit, account, "pwd", return_to)


def show(
    visit: Visit, form: SignInForm, return_to: str, status: int = 200, who: Asker | None = None
) -> Response:
    """The sign-in page; for ``who`` when an application asked for it."""
    return visit.render(
        "signin/sign_in.html",
        status,
        form=form,
        return_to=return_to,
        portal=places.for_developers_only(return_to),
        asker=who,
        federation=visit.services.federation,
        form_targets=who.targets if who else (),
    )


async def sign_out(visit: Visit) -> Response:
    """Ends the session of this browser."""
    await opening.close_session(visit)
    visit.say(_("You are signed out."))
    return visit.go(places.return_path(visit.typed("return_to")))


ROUTES = [
    Route("/signin", page(sign_in), methods=["GET", "POST"]),
    Route("/signout", page(sign_out), methods=["POST"]),
]

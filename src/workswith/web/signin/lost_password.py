"""Forgot your password? [ACC-5]"""

from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Problem
from workswith.web.site.language import _
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from . import places
from .forms import ForgotForm, ResetForm


async def forgot(visit: Visit) -> Response:
    """Asks for the address; the answer does not tell whether it is known."""
    form = ForgotForm.of(visit, email=visit.asked("email"))
    if visit.posted and form.validate():
        portal = visit.services.origins.portal
        try:
            await visit.services.accounts.ask_reset(
                form.email.data or "", lambda token: f"{portal}/reset?token={token}"
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            return visit.go(f"/forgot/sent?email={quote(form.email.data or '')}")
    return visit.render("signin/forgot.html", 422 if visit.posted else 200, form=form)


async def sent(visit: Visit) -> Response:
    return visit.render("signin/forgot_sent.html", email=visit.asked("email")[:254])


async def reset(visit: Visit) -> Response:
    """Takes a new password for whoever has the link."""
    token = visit.typed("token") if visit.posted else visit.asked("token")
    accounts, form = visit.services.accounts, ResetForm.of(visit)
    try:
        await accounts.look_at_reset(token)
    except Problem as problem:
        return visit.render("signin/reset_over.html", 404, problem=problem)
    if visit.posted and form.validate():
        try:
            account = await accounts.reset(token, form.password.data or "")
        except Problem as problem:
            form.refuse(problem)
        else:
            visit.say(_("Your new password is set. Please sign in with it."))
            place = places.HOME if account.kind == "end_user" else places.PORTAL
            return visit.go(f"/signin?email={quote(account.email)}&return_to={quote(place)}")
    return visit.render("signin/reset.html", 422 if visit.posted else 200, form=form, token=token)


ROUTES = [
    Route("/forgot", page(forgot), methods=["GET", "POST"]),
    Route("/forgot/sent", page(sent)),
    Route("/reset", page(reset), methods=["GET", "POST"]),
]

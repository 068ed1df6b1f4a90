"""Sign up, confirm the address. [ACC-1 ACC-2 ACC-3]

The link in the mail opens a page with a button: programs that look into mails open links, and a
look must not confirm anything.
"""

from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.account import AccountKind
from workswith.kernel.problem import Problem
from workswith.web.site.language import _
from workswith.web.site.pages import Page, page
from workswith.web.site.visit import Visit

from . import places, sandbox_mail
from .forms import SignUpForm


async def choose(visit: Visit) -> Response:
    """Developer or home owner?"""
    return visit.render("signin/choose.html", return_to=visit.asked("return_to"))


def sign_up(kind: AccountKind, otherwise: str) -> Page:
    """The page for one kind of account; after the confirmation it leads to ``otherwise``."""

    async def show(visit: Visit) -> Response:
        wanted = visit.typed("return_to") if visit.posted else visit.asked("return_to")
        return_to = places.return_path(wanted or otherwise)
        form = SignUpForm.of(visit, email=visit.asked("email"))
        if visit.posted and form.validate():
            try:
                await _ask(visit, kind, form, return_to)
            except Problem as problem:
                form.refuse(problem)
            else:
                sandbox_mail.remember(visit, form.email.data or "")
                return visit.go(f"/signup/sent?email={quote(form.email.data or '')}")
        status = 422 if visit.posted else 200
        return visit.render(
            "signin/sign_up.html", status, form=form, kind=kind, return_to=return_to
        )

    return show


async def _ask(visit: Visit, kind: AccountKind, form: SignUpForm, return_to: str) -> None:
    portal = visit.services.origins.portal

    def verify_url(token: str) -> str:
        return f"{portal}{places.VERIFY}?token={token}&return_to={quote(return_to, safe='')}"

    await visit.services.accounts.sign_up(
        kind,
        form.email.data or "",
        form.first_name.data or "",
        form.surname.data or "",
        form.password.data or "",
        verify_url,
    )


async def sent(visit: Visit) -> Response:
    """The same for an address that has an account and for one that has none. [ACC-5]"""
    return visit.render("signin/sent.html", email=visit.asked("email")[:254])


async def verify(visit: Visit) -> Response:
    """Asks to confirm; the button confirms."""
    return_to = places.return_path(visit.asked("return_to"))
    if not visit.posted:
        return visit.render("signin/verify.html", token=visit.asked("token"), return_to=return_to)
    account = await visit.services.accounts.verify(visit.typed("token"))
    visit.say(_("Your e-mail address is confirmed. Please sign in."))
    return_to = places.return_path(visit.typed("return_to"))
    return visit.go(f"/signin?email={quote(account.email)}&return_to={quote(return_to, safe='')}")


ROUTES = [
    Route("/signup", page(choose)),
    Route("/signup/developer", page(sign_up("developer", places.PORTAL)), methods=["GET", "POST"]),
    Route("/signup/home", page(sign_up("end_user", places.HOME)), methods=["GET", "POST"]),
    Route("/signup/sent", page(sent)),
    Route(places.VERIFY, page(verify), methods=["GET", "POST"]),
]

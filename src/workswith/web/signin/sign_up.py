"""Sign up, confirm the address. [ACC-1 ACC-2 ACC-3]

The link in the mail opens a page with a button: programs that look into mails open links, and a
look must not confirm anything. The button signs in, where the sign-up was asked for in the same
browser. [decision 14]
"""

from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.account import AccountKind
from workswith.kernel.problem import Problem
from workswith.web.site.language import _
from workswith.web.site.pages import Page, page
from workswith.web.site.visit import Visit

from . import newcomer, opening, places
from .forms import SignUpForm
from .targets import asker


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
            secret = newcomer.secret_of(visit)
            try:
                await _ask(visit, kind, form, return_to, secret)
            except Problem as problem:
                form.refuse(problem)
            else:
                newcomer.remember(visit, secret, form.email.data or "")
                return visit.go(f"/signup/sent?email={quote(form.email.data or '')}")
        status = 422 if visit.posted else 200
        return visit.render(
            "signin/sign_up.html", status, form=form, kind=kind, return_to=return_to
        )

    return show


async def _ask(
    visit: Visit, kind: AccountKind, form: SignUpForm, return_to: str, secret: str
) -> None:
    origin = places.origin_of(visit)

    def verify_url(token: str) -> str:
        return f"{origin}{places.VERIFY}?token={token}&return_to={quote(return_to, safe='')}"

    await visit.services.accounts.sign_up(
        kind,
        form.email.data or "",
        form.first_name.data or "",
        form.surname.data or "",
        form.password.data or "",
        verify_url,
        browser=secret,
    )


async def sent(visit: Visit) -> Response:
    """The same for an address that has an account and for one that has none. [ACC-5]"""
    return visit.render("signin/sent.html", email=visit.asked("email")[:254])


async def verify(visit: Visit) -> Response:
    """Asks to confirm; the button confirms, and signs in the browser that signed up."""
    found = newcomer.known(visit)
    secret = found.secret if found else ""
    said = visit.typed if visit.posted else visit.asked
    token, return_to = said("token"), places.return_path(said("return_to"))
    accounts = visit.services.accounts
    try:
        if not visit.posted:
            waiting = await accounts.waiting(token, secret)
            who = await asker(visit, return_to)
            return visit.render(
                "signin/verify.html",
                token=token,
                return_to=return_to,
                waiting=waiting,
                form_targets=who.targets if who else (),
            )
        verified = await accounts.verify(token, secret)
    except Problem as problem:
        if problem.code != "link_invalid":
            raise
        return visit.render("signin/verify_over.html", 404, problem=problem, return_to=return_to)
    account = verified.account
    if not verified.here:
        visit.say(_("Your e-mail address is confirmed. Please sign in."))
        back = quote(return_to, safe="")
        return visit.go(f"/signin?email={quote(account.email)}&return_to={back}")
    newcomer.forget(visit)
    visit.say(_("Your e-mail address is confirmed, and you are signed in."))
    if account.kind == "end_user" and places.for_developers_only(return_to):
        return_to = places.HOME
    return await opening.after_first(visit, account, "pwd", return_to)


ROUTES = [
    Route("/signup", page(choose)),
    Route("/signup/developer", page(sign_up("developer", places.PORTAL)), methods=["GET", "POST"]),
    Route("/signup/home", page(sign_up("end_user", places.HOME)), methods=["GET", "POST"]),
    Route("/signup/sent", page(sent)),
    Route(places.VERIFY, page(verify), methods=["GET", "POST"]),
]

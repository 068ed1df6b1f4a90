"""One-time passwords: turn on, take other recovery codes, turn off. [ACC-7]

The key is shown as a picture that this server draws, and as text; recovery codes are shown once.
"""

from base64 import b64encode
from io import BytesIO

import segno
from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Kind, Problem
from workswith.web.signin import opening
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

from .confirming import confirmed
from .forms import CodeForm, CurrentForm


async def begin(visit: Visit) -> Response:
    """The password first, so that an open browser alone changes nothing."""
    form = CurrentForm.of(visit)
    if visit.posted and form.validate():
        try:
            await _confirm(visit, form)
            await visit.services.second_factor.begin(visit.account.id)
        except Problem as problem:
            form.refuse(problem)
        else:
            return visit.go("/account/second-factor/setup")
    return visit.render("account/second_factor.html", 422 if visit.posted else 200, form=form)


async def setup(visit: Visit) -> Response:
    """The picture, then the first digits; then the recovery codes, this once."""
    form = CodeForm.of(visit)
    factor = visit.services.second_factor
    if visit.posted and form.validate():
        try:
            codes = await factor.confirm(visit.account, form.code.data or "")
        except Problem as problem:
            if problem.kind not in {Kind.INVALID, Kind.THROTTLED}:
                raise
            form.refuse(problem)
        else:
            await opening.renew_session(visit)
            return visit.render("account/codes.html", codes=codes)
    key, address = await factor.pending(visit.account)
    return visit.render(
        "account/setup.html",
        422 if visit.posted else 200,
        form=form,
        key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        address=address,
        picture=picture(address),
    )


async def codes(visit: Visit) -> Response:
    """Ten other recovery codes."""
    form = CurrentForm.of(visit)
    if visit.posted and form.validate():
        try:
            await _confirm(visit, form)
            made = await visit.services.second_factor.new_codes(visit.account)
        except Problem as problem:
            form.refuse(problem)
        else:
            return visit.render("account/codes.html", codes=made)
    return visit.render("account/new_codes.html", 422 if visit.posted else 200, form=form)


async def remove(visit: Visit) -> Response:
    form = CurrentForm.of(visit)
    if visit.posted and form.validate():
        try:
            await _confirm(visit, form)
            await visit.services.second_factor.remove(visit.account)
        except Problem as problem:
            form.refuse(problem)
        else:
            await opening.renew_session(visit)
            visit.say(_("One-time passwords are off. The password alone signs in again."))
            return visit.go("/account")
    return visit.render("account/factor_off.html", 422 if visit.posted else 200, form=form)


def picture(text: str) -> str:
    """A QR code as the address of an SVG image; black on white, which readers want."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn,
        kind="svg",
        scale=5,
        border=3,
        dark="#000",
        light="#fff",
        svgclass=None,
        lineclass=None,
    )
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode()}"


async def _confirm(visit: Visit, form: CurrentForm) -> None:
    await visit.services.accounts.proofs.confirm(visit.account.id, form.proof, visit.address)


_BOTH = ["GET", "POST"]
ROUTES = [
    Route("/account/second-factor", confirmed(begin), methods=_BOTH),
    Route("/account/second-factor/setup", account(setup), methods=_BOTH),
    Route("/account/second-factor/codes", confirmed(codes), methods=_BOTH),
    Route("/account/second-factor/off", confirmed(remove), methods=_BOTH),
]

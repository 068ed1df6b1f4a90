"""What applications may learn of a person beyond the name: all of it optional. [OID-11 ACC-4]"""

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.profile import Profile, profile_of
from workswith.kernel.problem import Problem
from workswith.web.site.language import _
from workswith.web.site.visit import Visit

from .confirming import confirmed
from .forms import ProfileForm

FIELDS = tuple(field.name for field in msgspec.structs.fields(Profile))


async def about(visit: Visit) -> Response:
    """Shown with what is known; saved with the password."""
    known = await profile_of(visit.services.database, visit.account.id)
    form = ProfileForm.of(visit, **{name: getattr(known, name) for name in FIELDS})
    if visit.posted and form.validate():
        try:
            await visit.services.own_details.describe(
                visit.account.id,
                Profile(**{name: form[name].data or "" for name in FIELDS}),
                form.proof,
                visit.address,
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            visit.say(_("Saved."))
            return visit.go("/account")
    return visit.render("account/about.html", 422 if visit.posted else 200, form=form)


ROUTES = [Route("/account/about", confirmed(about), methods=["GET", "POST"])]

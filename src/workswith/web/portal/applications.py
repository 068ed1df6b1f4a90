"""My applications: the list, one with its credentials, and changing it. [APP-1 APP-2 APP-4]"""

from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from workswith.identity import audit
from workswith.identity.application import Application, ApplicationForm
from workswith.identity.scopes import BY_NAME
from workswith.kernel.problem import Problem
from workswith.web.site import paging, pictures
from workswith.web.site.language import _
from workswith.web.site.pages import developer
from workswith.web.site.visit import Visit

from . import notifications, programs, reveal, sections
from .drafts import Draft
from .visible import documents


async def listing(visit: Visit) -> Response:
    """Every application of the reader, with its state."""
    every = await visit.services.applications.of_owner(visit.account.id)
    found = paging.leaf(
        visit,
        "/applications",
        every,
        lambda one: f"{one.name} {one.vendor} {one.client_id}",
        size=paging.CARDS,
    )
    return visit.render("portal/applications.html", applications=found)


async def one(visit: Visit) -> Response:
    """Details. The secret stands here once, right after it was made."""
    return await _show(visit)


async def add_secret(visit: Visit) -> Response:
    """A further secret; the earlier ones go on working."""
    client_id = visit.parameter("application")
    try:
        _secret, value = await visit.services.applications.add_secret(
            visit.account.id, client_id, visit.typed("label")
        )
    except Problem as problem:
        if not problem.field and problem.code != "secrets_many":
            raise
        return await _show(visit, 422, refused=problem)
    reveal.put(visit, client_id, value)
    return visit.go(f"/applications/{client_id}#secrets")


async def delete_secret(visit: Visit) -> Response:
    """The page has asked whether."""
    client_id = visit.parameter("application")
    await visit.services.applications.delete_secret(
        visit.account.id, client_id, visit.parameter("secret")
    )
    visit.say(_("Deleted. Programs that use this secret get no more tokens."))
    return visit.go(f"/applications/{client_id}#secrets")


async def delete(visit: Visit) -> Response:
    """The page has asked whether."""
    await visit.services.applications.delete(visit.account.id, visit.parameter("application"))
    visit.say(_("Deleted. Its tokens and secrets no longer work."))
    return visit.go("/applications")


async def send_again(visit: Visit) -> Response:
    """A refused application goes to the operator once more."""
    client_id = visit.parameter("application")
    await visit.services.applications.ask_again(visit.account.id, client_id)
    visit.say(_("Sent. You get a mail once the operator has decided."), "info")
    return visit.go(f"/applications/{client_id}")


async def edit_details(visit: Visit) -> Response:
    """Name, description, vendor, URL, logo. No user is asked again."""
    application, draft = await _draft(visit)
    form = sections.show_details(draft)
    if visit.posted:
        draft, form = await sections.read_details(visit, draft)
        if form.judge(draft):
            return await _save(visit, application, draft)
    return _part(visit, application, "details", form=form, draft=draft)


async def edit_reply_urls(visit: Visit) -> Response:
    """One to ten. No user is asked again."""
    application, draft = await _draft(visit)
    wrong: tuple[list[str], str] = ([], "")
    more = False
    if visit.posted:
        button = visit.typed("go")
        line = sections.line_to_remove(button)
        draft = sections.read_reply_urls(visit.form, draft, line)
        more = button == "add"
        if not more and line is None:
            wrong = sections.wrong_reply_urls(draft.reply_urls)
            if not any(wrong[0]) and not wrong[1]:
                return await _save(visit, application, draft)
    return _part(
        visit,
        application,
        "reply_urls",
        status=422 if any(wrong[0]) or wrong[1] else 200,
        urls=draft.reply_urls,
        more=more or not draft.reply_urls,
        wrong=wrong[0],
        wrong_together=wrong[1],
    )


async def edit_program(visit: Visit) -> Response:
    """How it proves itself, how its tokens rotate, what it hears of sign-outs."""
    application, draft = await _draft(visit)
    allowed = visit.services.applications.original_rotation_allowed
    wrong: dict[str, str] = {}
    if visit.posted:
        draft = programs.read_all(visit.form, draft, original_allowed=allowed)
        wrong = programs.wrong(draft)
        if not wrong:
            return await _save(visit, application, draft)
    return _part(
        visit,
        application,
        "program_edit",
        draft=draft,
        wrong=wrong,
        original_allowed=allowed,
        kinds=(*programs.KINDS, programs.WITH_KEYS),
        kind=programs.kind_of(draft),
    )


async def edit_scopes(visit: Visit) -> Response:
    """A change is a request; once in force, every user has to consent again. [APP-4]"""
    application, draft = await _draft(visit)
    wrong = ""
    if visit.posted:
        draft = sections.read_scopes(visit.form, draft)
        if draft.scopes:
            return await _save(visit, application, draft)
        wrong = _("Please choose at least one scope.")
    return _part(
        visit,
        application,
        "scopes",
        choices=sections.choices(await documents(visit)),
        chosen=draft.scopes,
        wrong=wrong,
    )


async def _show(visit: Visit, status: int = 200, refused: Problem | None = None) -> Response:
    services = visit.services
    application = await services.applications.one(visit.account.id, visit.parameter("application"))
    client_id = application.client_id
    return visit.render(
        "portal/application.html",
        status,
        application=application,
        secret="" if visit.posted else reveal.take(visit, client_id),
        secrets=await services.applications.secrets(visit.account.id, client_id),
        scopes=[BY_NAME[name] for name in application.scopes],
        requested=[BY_NAME[name] for name in application.requested_scopes or ()],
        discovery=f"{services.origins.login}/{client_id}/.well-known/openid-configuration",
        refused=refused,
        reason=await services.applications.requests.reason(client_id),
        endpoints=len(await notifications.endpoints(visit, client_id)),
        kind=programs.kind_of(application),
        consents=await services.consents.count(client_id),
        refusals=await services.refusals.of(client_id) if services.refusals else [],
        replays=await audit.replays_of(services.database, client_id, visit.now),
        now=visit.now,
    )


async def _draft(visit: Visit) -> tuple[Application, Draft]:
    """The application as something that can be edited; UNKNOWN for somebody else's."""
    application = await visit.services.applications.one(
        visit.account.id, visit.parameter("application")
    )
    return application, Draft(
        name=application.name,
        description=application.description,
        vendor=application.vendor,
        url=application.url,
        logo=await _logo(visit, application),
        reply_urls=application.reply_urls,
        scopes=application.requested_scopes or application.scopes,
        pkce=application.pkce,
        authentication=application.authentication,
        jwks=application.jwks,
        rotation=application.rotation,
        retry_seconds=application.retry_seconds,
        post_logout_urls=application.post_logout_urls,
        logout_url=application.logout_url,
    )


async def _save(visit: Visit, application: Application, draft: Draft) -> Response:
    """An unchanged logo is left alone."""
    form: ApplicationForm = sections.application_form(draft)
    form = ApplicationForm(
        **{
            **msgspec.structs.asdict(draft),
            "logo": None if draft.logo == await _logo(visit, application) else form.logo,
        }
    )
    saved = await visit.services.applications.update(visit.account.id, application.client_id, form)
    if saved.requested_scopes is not None:
        visit.say(_("The change of scopes waits for approval. Until then nothing changes."), "info")
    elif saved.scopes != application.scopes:
        visit.say(_("Saved. Every user will be asked for consent again at the next sign-in."))
    else:
        visit.say(_("Saved."))
    return visit.go(f"/applications/{application.client_id}")


async def _logo(visit: Visit, application: Application) -> str:
    """As a ``data:`` address; empty without one."""
    if not application.has_logo:
        return ""
    logo = await visit.services.applications.logo(application.client_id)
    return pictures.data_address(logo.media_type, logo.data) if logo else ""


def _part(
    visit: Visit, application: Application, part: str, *, status: int = 0, **values: Any
) -> Response:
    return visit.render(
        "portal/edit.html",
        status or (422 if visit.posted else 200),
        application=application,
        part=part,
        **values,
    )


_ONE = "/applications/{application}"
_BOTH = ["GET", "POST"]
ROUTES = [
    Route("/applications", developer(listing), methods=["GET"]),
    Route(_ONE, developer(one), methods=["GET"]),
    Route(f"{_ONE}/details", developer(edit_details), methods=_BOTH),
    Route(f"{_ONE}/reply-urls", developer(edit_reply_urls), methods=_BOTH),
    Route(f"{_ONE}/program", developer(edit_program), methods=_BOTH),
    Route(f"{_ONE}/scopes", developer(edit_scopes), methods=_BOTH),
    Route(f"{_ONE}/secrets", developer(add_secret), methods=["POST"]),
    Route(f"{_ONE}/secrets/{{secret}}/delete", developer(delete_secret), methods=["POST"]),
    Route(f"{_ONE}/again", developer(send_again), methods=["POST"]),
    Route(f"{_ONE}/delete", developer(delete), methods=["POST"]),
]

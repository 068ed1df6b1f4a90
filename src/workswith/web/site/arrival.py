"""How a request becomes a visit: body read within limits, cookies believed only when they are ours."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from workswith.identity.account import Account
from workswith.identity.sessions import Session
from workswith.kernel.ident import digest

from . import cookies, language
from .site import Site
from .visit import Visit

LIMIT_BYTES = 2 * 1024 * 1024
MAX_FIELDS = 300
MAX_FILES = 4


async def arrive(site: Site, request: Request) -> tuple[Visit, str]:
    """The visit, and the digest of the body. Raises ``HTTPException`` 400, 404 or 413."""
    _refuse_nul(request)
    body = await _read(request) if request.method == "POST" else b""
    request = _replay(request, body)
    visit = await visit_of(site, request, await _form(request))
    return visit, digest(body.decode("latin-1"))


async def visit_of(site: Site, request: Request, form: FormData) -> Visit:
    """Who asks, and in which language."""
    services = site.services
    await site.house.refresh()
    value = request.cookies.get(cookies.name_of(cookies.SESSION, secure=services.secure))
    session = await services.sessions.of(value) if value else None
    account = await services.accounts.get(session.account_id) if session else None
    if account is not None and account.closed_at is not None:
        account = None
    return _visit(site, request, form, session if account else None, account)


def stranger(site: Site, request: Request) -> Visit:
    """A visit of nobody in particular, while nothing can be asked of the database."""
    return _visit(site, request, FormData(), None, None)


def _visit(
    site: Site,
    request: Request,
    form: FormData,
    session: Session | None,
    account: Account | None,
) -> Visit:
    services = site.services
    fallback = services.settings.language
    language.current.set(language_of(request, secure=services.secure, fallback=fallback))
    nonce, is_new = _nonce(site, request)
    visit = Visit(site, request, nonce=nonce, session=session, account=account, form=form)
    if is_new:
        visit.keep(cookies.VISITOR, site.visitors.sign(nonce))
    if request.query_params.get("lang") in language.languages():
        visit.keep(cookies.LANGUAGE, language.current.get(), cookies.YEAR_SECONDS)
    return visit


def _refuse_nul(request: Request) -> None:
    """No store can keep a NUL character, so that none gets past this door."""
    if "\0" in request.url.path or "\0" in "".join(map(str, request.path_params.values())):
        raise HTTPException(404)
    if any("\0" in name + value for name, value in request.query_params.multi_items()):
        raise HTTPException(400, "The address contains a character that cannot be stored.")


def language_of(request: Request, *, secure: bool, fallback: str) -> str:
    """What the reader has chosen, else what the browser asks for, else ``fallback``."""
    name = cookies.name_of(cookies.LANGUAGE, secure=secure)
    wanted = request.query_params.get("lang") or request.cookies.get(name)
    accept = request.headers.get("accept-language", "")
    return language.choose(wanted, accept, fallback)


async def _read(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LIMIT_BYTES:
            raise HTTPException(413, "That is too large. A form may carry two megabytes.")
        parts.append(part)
    return b"".join(parts)


def _replay(request: Request, body: bytes) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)


async def _form(request: Request) -> FormData:
    if request.method != "POST":
        return FormData()
    try:
        form = await request.form(
            max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=LIMIT_BYTES
        )
    except (UnicodeError, ValueError) as error:
        raise HTTPException(400, "The form cannot be read.") from error
    for name, value in form.multi_items():
        if "\0" in name or (isinstance(value, str) and "\0" in value):
            raise HTTPException(400, "The form contains a character that cannot be stored.")
    return form


def _nonce(site: Site, request: Request) -> tuple[str, bool]:
    name = cookies.name_of(cookies.VISITOR, secure=site.services.secure)
    known = site.visitors.open(request.cookies.get(name, ""))
    return (known, False) if known else (site.services.ident.secret()[:22], True)

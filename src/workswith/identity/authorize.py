"""``/authorize``: from a request and a session to a redirect, a question or an error.

[OID-1 OID-2 OID-11, RFC 6749 section 4.1, OpenID Connect Core section 3.1.2] Whoever serves the
page calls `decide`, and after a question `allow` or `deny` with the very same parameters; each call
runs all checks again, so nothing that a form carries is believed.
"""

from typing import Any

from workswith.kernel import log
from workswith.kernel.clock import SECOND, Clock
from workswith.kernel.database import Database, Tx, query
from workswith.kernel.ident import Ident

from . import codes, errors, pushed
from .application import ANYBODYS, Application
from .consents import Consent, Consents
from .errors import OAuthError
from .interaction import Interaction, Kind, Tickets
from .keys import SigningKeys
from .parameters import Params, pairs_of, single, unreadable
from .pushed import PushedRequests
from .redirect import Redirect, answer
from .request import CHECKS, TICKET, Request, identify, require_client_id
from .sessions import Session
from .settings import Settings

_log = log.get("identity")
_VERSION = query(
    int,
    "SELECT scopes_version FROM application "
    "WHERE client_id = :client_id AND deleted_at IS NULL AND state = 'approved'",
)


class Authorize:
    """``login_origin`` is the public address of the login service, never taken from a request;
    ``keys`` read the id_token that a request may bring as a hint.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        *,
        consents: Consents,
        login_origin: str,
        key: bytes,
        keys: SigningKeys | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._keys = keys
        self._pushed = PushedRequests(database, clock, ident, settings.pushed_request_seconds)
        self._consents = consents
        self._login_origin = login_origin
        self._tickets = Tickets(key)
        self._code_life = settings.code_seconds * SECOND

    async def decide(self, params: Params, who: Session | None) -> Redirect:
        """A redirect with a code; or raises `Interaction` or `OAuthError`."""
        request = await self._checked(params)
        who = self._signed_in(request, who)
        given = await self._consents.live(
            self._database, who.account_id, request.application.client_id
        )
        fresh = given and given.scopes_version == request.application.scopes_version
        if given is None or not fresh or "consent" in request.prompts:
            raise self._question("consent", request, who)
        return await self._granted(request, who, given)

    async def allow(self, params: Params, who: Session | None, ticket: str) -> Redirect:
        """The user has accepted: keeps the consent and answers with a code."""
        request = await self._checked(params)
        who = self._signed_in(request, who)
        if not self._tickets.proves_consent(ticket, request, who, self._clock.now()):
            raise self._question("consent", request, who)
        return await self._granted(request, who, None)

    async def deny(self, params: Params, who: Session | None, ticket: str) -> Redirect:
        """The user has refused: answers as published."""
        request = await self._checked(params)
        who = self._signed_in(request, who)
        if not self._tickets.proves_consent(ticket, request, who, self._clock.now()):
            raise self._question("consent", request, who)
        denied = self._redirected(request, errors.denied())
        return Redirect(denied.redirect_to, denied.form)

    async def push(self, params: Params, application: Application) -> dict[str, Any]:
        """Keeps a request of a client that has proved itself. [RFC 9126] Raises `OAuthError`."""
        values, repeated = _read(params)
        if "request_uri" in values:
            raise errors.invalid_request("A request_uri cannot be pushed")
        values["client_id"] = application.client_id
        request = identify(values, repeated, application)
        for check in CHECKS:
            check(request)
        return await self._pushed.put(values, application.client_id)

    async def asked_by(self, params: Params) -> Request | None:
        """Whose request waits, for the sign-in page; ``None`` for a bad one."""
        try:
            return await self._checked(params)
        except OAuthError:
            return None

    async def _checked(self, params: Params) -> Request:
        values, repeated = _read(params)
        client_id = require_client_id(values, repeated)
        application = await self._database.one(ANYBODYS, client_id=client_id)
        carried = values
        if values.get("request_uri", "").startswith(pushed.PREFIX) and application:
            if "request_uri" in repeated:
                raise errors.invalid_request("A parameter stands there more than once")
            # What stands beside the name is not believed; only the proof of a sign-in is ours.
            ours = {name: values[name] for name in (TICKET,) if name in values}
            values = await self._pushed.open(values["request_uri"], client_id) | ours
            carried = {
                "client_id": client_id,
                "request_uri": carried["request_uri"],
                **ours,
            }
            repeated = frozenset()
        request = identify(values, repeated, application, carried)
        try:
            for check in CHECKS:
                check(request)
        except OAuthError as error:
            raise self._redirected(request, error) from None
        return request

    def _signed_in(self, request: Request, who: Session | None) -> Session:
        """Asks to sign in where nobody is, or where it was too long ago. [OIDC Core 3.1.2.3]"""
        now = self._clock.now()
        if who is None:
            raise self._question("login", request, who)
        wanted = bool(request.prompts & {"login", "select_account"})
        age = request.max_age
        too_old = age is not None and now - who.auth_time > age * SECOND
        if self._someone_else(request, who):
            raise self._question("login", request, who)
        if wanted or too_old or age == 0:
            ticket = request.get(TICKET)
            if not self._tickets.proves_login(ticket, request, who, now):
                raise self._question("login", request, who)
        return who

    def _someone_else(self, request: Request, who: Session) -> bool:
        """Whether the request is about another account. [OpenID Connect Core 3.1.2.2, 5.5.1]"""
        subject = request.wanted.sub
        hint = request.get("id_token_hint")
        if hint and self._keys:
            found = self._keys.by_header(hint.partition(".")[0])
            said = found[0].verify(hint) if found and found[1] == "JWT" else None
            issuer = f"{self._login_origin}/{request.application.client_id}"
            if said is None or said["iss"] != issuer:
                raise self._redirected(
                    request, errors.invalid_request("The id_token_hint is not an id_token of ours")
                )
            subject = subject or said["sub"]
        return bool(subject) and subject != who.account_id

    def _question(
        self, kind: Kind, request: Request, who: Session | None
    ) -> Interaction | OAuthError:
        if "none" in request.prompts:
            name = f"{kind}_required"
            said = "sign in" if kind == "login" else "consent"
            return self._redirected(request, OAuthError(name, f"The user has to {said} first"))
        params = dict(request.carried)
        if kind == "login":
            params.pop(TICKET, None)
        return Interaction(
            kind,
            request.application,
            request.shown,
            tuple(params.items()),
            self._tickets.make(kind, request, who, self._clock.now()),
            request.redirect_uri,
            login_hint=request.get("login_hint")[:254],
            ui_locales=request.get("ui_locales")[:200],
        )

    async def _granted(self, request: Request, who: Session, given: Consent | None) -> Redirect:
        """What goes wrong from here on goes back to the application. [RFC 6749 4.1.2.1]"""
        try:
            return await self._database.write(self._grant, request, who, given)
        except (Interaction, OAuthError):
            raise
        except Exception as failure:
            _log.error("no code could be kept", exc_info=failure)
            raise self._redirected(request, errors.from_failure(failure)) from failure

    async def _grant(
        self, tx: Tx, request: Request, who: Session, given: Consent | None
    ) -> Redirect:
        now = self._clock.now()
        application = request.application
        version = await tx.one(_VERSION, client_id=application.client_id)
        if version != application.scopes_version:
            raise self._question("consent", request, who)
        if given is None:
            consent = await self._consents.give(tx, who.account_id, application, now)
        else:
            still = await self._consents.live(tx, who.account_id, application.client_id)
            if still is None or still.scopes_version != version:
                raise self._question("consent", request, who)
            consent = still
        name = request.carried.get("request_uri")
        if name and not await pushed.use(tx, name):
            raise errors.invalid_request("The request_uri has been used already")
        code = self._ident.secret()
        await codes.put(
            tx,
            code,
            client_id=application.client_id,
            account_id=who.account_id,
            consent_id=consent.id,
            redirect_uri=request.redirect_uri,
            challenge=request.get("code_challenge"),
            nonce=request.params.get("nonce"),
            asked=request.params.get("scope"),
            auth_time=who.auth_time,
            session_id=who.id,
            wanted=request.wanted.at(who.acr).stored(),
            now=now,
            expires_at=now + self._code_life,
        )
        return self._answer(request, code=code)

    def _redirected(self, request: Request, error: OAuthError) -> OAuthError:
        way = self._answer(request, error=error.error, error_description=error.description)
        return OAuthError(
            error.error, error.description, error.status, error.hint, way.url, way.form
        )

    def _answer(self, request: Request, **values: str) -> Redirect:
        issuer = f"{self._login_origin}/{request.application.client_id}"
        return answer(request.redirect_uri, issuer, request.state, request.mode, **values)


def _read(params: Params) -> tuple[dict[str, str], frozenset[str]]:
    pairs = pairs_of(params)
    if unreadable(pairs):
        raise errors.invalid_request(
            "The request is too long or has characters that are not allowed"
        )
    return single(pairs)

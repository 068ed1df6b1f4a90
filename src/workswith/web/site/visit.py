"""One request as a page sees it: who asks, in which language, with what form; and how to answer."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from workswith.kernel import log
from workswith.kernel.ident import b64url, digest
from workswith.kernel.problem import Kind, Problem

from . import addresses, cookies, headers
from .services import Services

if TYPE_CHECKING:
    from workswith.identity.account import Account
    from workswith.identity.sessions import Session

    from .site import Site


FORMER_SECONDS = 60
"""Longer than anybody takes to press a button twice."""
ONWARDS = 303
"""Never 307, which would post a password on to where the browser is sent. [RFC 9700 section 4.12]"""


class Visit:
    """Made by `pages.page`, handed to every page function."""

    def __init__(
        self,
        site: "Site",
        request: Request,
        *,
        nonce: str,
        session: "Session | None",
        account: "Account | None",
        form: FormData,
    ) -> None:
        self.site = site
        self.request = request
        self.session = session
        self.form = form
        self.nonce = nonce
        self.confirmation = ""
        """What proves the owner of an account without a password, once its page has looked."""
        self._account = account
        self._cookies: list[tuple[str, str, int | None]] = []
        self._notices: list[tuple[str, str]] = []

    @property
    def services(self) -> Services:
        return self.site.services

    @property
    def now(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self.services.clock.now()

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def address(self) -> str:
        """The network address of whoever asks, for throttles; empty if the server does not know."""
        peer = self.request.client.host if self.request.client else ""
        forwarded = ",".join(self.request.headers.getlist(addresses.HEADER))
        return addresses.asker(peer, forwarded, self.services.settings.trusted_proxies)

    @property
    def posted(self) -> bool:
        return self.request.method == "POST"

    @property
    def known(self) -> "Account | None":
        """The account that is signed in, if any."""
        return self._account

    @property
    def account(self) -> "Account":
        """The account that is signed in; pages behind `account` and `developer` always have one."""
        if self._account is None:
            raise Problem(Kind.UNAUTHENTICATED, "signed_out", "Please sign in first.")
        return self._account

    @property
    def developer(self) -> bool:
        return self._account is not None and self._account.kind == "developer"

    @property
    def operator(self) -> bool:
        return self._account is not None and self._account.kind == "operator"

    @property
    def csrf(self) -> str:
        """Proves that a form came from a page of this session, or of this browser if signed out."""
        bound_to = f"session {self.session.csrf_secret}" if self.session else f"visit {self.nonce}"
        return self.site.csrf.mark(bound_to)

    def parameter(self, name: str) -> str:
        """A part of the path, as the route names it."""
        return str(self.request.path_params[name])

    def asked(self, name: str, otherwise: str = "") -> str:
        """A value of the query."""
        return self.request.query_params.get(name, otherwise)

    def typed(self, name: str) -> str:
        """A value of the form; empty if absent or a file."""
        value = self.form.get(name)
        return value if isinstance(value, str) else ""

    def cookie(self, cookie: str) -> str:
        """The value that the browser sent; empty without one."""
        return self.request.cookies.get(self._name(cookie), "")

    def guard(self, *, once: bool = True) -> Markup:
        """What every form contains: the proof of its origin, and what makes it count ``once``."""
        proof = Markup('<input type="hidden" name="csrf" value="{}">').format(self.csrf)
        if not once:
            return proof
        ticket = self.services.ident.secret()[:22]
        return proof + Markup('<input type="hidden" name="once" value="{}">').format(ticket)

    def say(self, text: object, kind: str = "good") -> None:
        """Shows a notice on the next page: ``good``, ``info``, ``warn`` or ``bad``."""
        self._notices.append((kind, str(text)))

    def keep(self, cookie: str, value: str, seconds: int | None = None) -> None:
        """Sets a cookie with the answer, whichever it will be."""
        self._cookies.append((cookie, value, seconds))

    def go(self, path: str) -> Response:
        """Sends the reader on with 303, so that nothing posted is posted again."""
        return RedirectResponse(path, ONWARDS)

    def render(
        self,
        template: str,
        status: int = 200,
        *,
        form_targets: Iterable[str] = (),
        **values: Any,
    ) -> Response:
        """The page. ``form_targets`` are foreign origins that a form of it may end at."""
        notices = [*self._arrived_notices(), *self._notices]
        self._notices.clear()
        page = self.site.templates.get_template(template).render(
            visit=self,
            me=self._account,
            notices=notices,
            guard=self.guard,
            theme=self.cookie(cookies.THEME),
            brand=self.site.house.name,
            house=self.site.house,
            **values,
        )
        response = HTMLResponse(page, status)
        targets = tuple(form_targets)
        if targets:
            response.headers[headers.POLICY] = headers.policy(self.services.origins, targets)
        return response

    def finish(self, response: Response) -> Response:
        """Adds the cookies and notices that the page left behind."""
        secure = self.services.secure
        if self._notices:
            self.keep(cookies.NOTICE, self._pack(self._notices), 300)
        for cookie, value, seconds in self._cookies:
            cookies.put(response, cookie, value, secure=secure, seconds=seconds)
        self._cookies.clear()
        self._notices.clear()
        if flow := log.flow.get():
            response.headers[headers.FLOW] = flow
        return response

    def sender(self) -> str:
        """Names the browser session that sent a form, for `Submissions`."""
        return digest(self.csrf)

    def former_sender(self) -> str:
        """The `sender` that this one has taken the place of a moment ago; empty if there was none."""
        return self.site.former.open(self.cookie(cookies.FORMER)) or ""

    def leave_sender(self) -> None:
        """With this answer the browser becomes another `sender`; a form pressed twice is still one."""
        self.keep(cookies.FORMER, self.site.former.sign(self.sender()), FORMER_SECONDS)

    def _arrived_notices(self) -> list[tuple[str, str]]:
        packed = self.cookie(cookies.NOTICE)
        if not packed:
            return []
        self.keep(cookies.NOTICE, "", 0)
        text = self.site.notices.open(packed)
        if text is None:
            return []
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return [(str(kind), str(words)) for kind, words in json.loads(raw)]

    def _pack(self, notices: list[tuple[str, str]]) -> str:
        text = json.dumps([(kind, words[:400]) for kind, words in notices[-4:]])
        return self.site.notices.sign(b64url(text.encode()))

    def _name(self, cookie: str) -> str:
        return cookies.name_of(cookie, secure=self.services.secure)

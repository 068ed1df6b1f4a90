"""One authorization request and the ordered checks that it passes. [OID-1 OID-7 OID-11]

A check returns nothing or raises an `OAuthError`. Those before `identify` returns are answered on
the spot, since nobody knows yet where a redirect would lead; those of `CHECKS` are redirected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from . import errors, pkce, scopes, wanted
from .application import Application
from .reply_urls import host_of
from .wanted import Wanted

LONGEST_STATE = 4096
LONGEST_NONCE = 1024
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
MODES = ("", "query", "form_post")
LONGEST_CLAIMS = 4096
TICKET = "interaction"
"""The parameter of ours that proves a new sign-in; see `interaction`."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the checks see. ``params`` has each value once; ``repeated`` says what stood twice.

    ``carried`` is what the browser carries, which for a pushed request is only its name.
    """

    params: Mapping[str, str]
    repeated: frozenset[str]
    application: Application
    redirect_uri: str
    carried: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.params.get(name, "")

    @property
    def state(self) -> str:
        """Empty when there is none, or one that is too long to be sent back."""
        state = self.get("state")
        return "" if len(state) > LONGEST_STATE or "state" in self.repeated else state

    @property
    def mode(self) -> str:
        """``form_post``, or empty for the query."""
        return "form_post" if self.get("response_mode") == "form_post" else ""

    @property
    def wanted(self) -> Wanted:
        """Within what the application has registered; `require_readable_claims` has read it."""
        return wanted.read(self.get("claims"), self.get("acr_values")).within(
            self.application.scopes
        )

    @property
    def prompts(self) -> frozenset[str]:
        return frozenset(self.get("prompt").split())

    @property
    def max_age(self) -> int | None:
        """Seconds."""
        text = self.get("max_age")
        return int(text) if text else None

    @property
    def shown(self) -> tuple[str, ...]:
        """The scopes that the consent page tells, those of single claims included."""
        return scopes.in_order({*self.granted, *self.wanted.scopes})

    @property
    def granted(self) -> tuple[str, ...]:
        return scopes.granted(self.application.scopes, self.params.get("scope"))


def require_client_id(params: Mapping[str, str], repeated: frozenset[str]) -> str:
    """Raises what is never redirected."""
    if "client_id" in repeated:
        raise errors.invalid_request("The parameter client_id stands there more than once")
    if "client_id" not in params:
        raise errors.missing("client_id")
    return params["client_id"]


def identify(
    params: Mapping[str, str],
    repeated: frozenset[str],
    application: Application | None,
    carried: Mapping[str, str] | None = None,
) -> Request:
    """The client and its reply URL, compared byte for byte. [APP-3] Never redirects."""
    if application is None:
        raise errors.unknown_client()
    if "redirect_uri" in repeated:
        raise errors.invalid_request("The parameter redirect_uri stands there more than once")
    redirect_uri = params.get("redirect_uri")
    if redirect_uri is None:
        raise errors.missing("redirect_uri")
    if redirect_uri not in application.reply_urls:
        raise errors.wrong_reply_url(host_of(redirect_uri))
    return Request(params, repeated, application, redirect_uri, carried or params)


def refuse_repeated(request: Request) -> None:
    if request.repeated:
        raise errors.invalid_request("A parameter stands there more than once")


def bound_state(request: Request) -> None:
    if len(request.get("state")) > LONGEST_STATE:
        raise errors.invalid_request(f"The state has more than {LONGEST_STATE} characters")


def require_response_type(request: Request) -> None:
    if not request.get("response_type"):
        raise errors.missing("response_type")
    if request.get("response_type") != "code":
        raise errors.OAuthError("unsupported_response_type", "Unsupported response type")


def require_known_mode(request: Request) -> None:
    if request.get("response_mode") not in MODES:
        raise errors.invalid_request(f"The response_mode is not one of {', '.join(MODES[1:])}")


def refuse_request_objects(request: Request) -> None:
    """OpenID Connect Core section 6: to be refused by these names."""
    for name, error in (
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ):
        if request.get(name):
            raise errors.OAuthError(error, f"The parameter {name} is not supported")


def require_approval(request: Request) -> None:
    if request.application.state != "approved":
        raise errors.not_approved()


def require_known_scopes(request: Request) -> None:
    if not scopes.allowed(request.application.scopes, request.get("scope")):
        raise errors.invalid_scope()


def require_pkce(request: Request) -> None:
    """S256 or nothing, and not nothing where the application requires it. [RFC 7636]"""
    challenge, method = request.get("code_challenge"), request.get("code_challenge_method")
    if not challenge:
        if request.application.needs_pkce:
            raise errors.missing(
                "code_challenge",
                "This application has to use PKCE with S256. A confidential program that cannot "
                "may be registered so under My applications.",
            )
        if method:
            raise errors.missing("code_challenge")
    elif method != "S256":
        raise errors.invalid_request("The code_challenge_method must be S256")
    elif not pkce.is_challenge(challenge):
        raise errors.invalid_request("The code_challenge is not a SHA-256 in base64url")


def bound_nonce(request: Request) -> None:
    if len(request.get("nonce")) > LONGEST_NONCE:
        raise errors.invalid_request(f"The nonce has more than {LONGEST_NONCE} characters")


def require_known_prompts(request: Request) -> None:
    if not request.prompts <= PROMPTS or ("none" in request.prompts and len(request.prompts) > 1):
        raise errors.invalid_request("The prompt is not one of none, login, consent")


def require_max_age_in_seconds(request: Request) -> None:
    text = request.get("max_age")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise errors.invalid_request("The max_age is not a number of seconds")


def require_readable_claims(request: Request) -> None:
    """OpenID Connect Core section 5.5."""
    text = request.get("claims")
    if len(text) > LONGEST_CLAIMS:
        raise errors.invalid_request(f"The claims have more than {LONGEST_CLAIMS} characters")
    try:
        wanted.read(text, "")
    except (ValueError, msgspec.DecodeError):
        raise errors.invalid_request("The claims are not a JSON object as expected") from None


CHECKS: tuple[Callable[[Request], None], ...] = (
    refuse_repeated,
    bound_state,
    require_response_type,
    require_known_mode,
    refuse_request_objects,
    require_approval,
    require_known_scopes,
    require_pkce,
    bound_nonce,
    require_known_prompts,
    require_max_age_in_seconds,
    require_readable_claims,
)

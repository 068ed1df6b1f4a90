"""The errors of /authorize and /token. [OID-7, RFC 6749 sections 4.1.2.1 and 5.2]

One value for each that is published or ours: its name, status and sentence. Sentences are plain
ASCII without quotation marks and backslashes, as RFC 6749 wants them, and never repeat input; the
one exception is the page that the original shows for a wrong reply URL.
"""

from dataclasses import dataclass, field

import msgspec

from workswith.kernel.clock import iso

HINTS = {
    "invalid_request": "Compare the request with the page about the login service",
    "invalid_client": "Compare client_id and client_secret with the application's page",
    "invalid_grant": "It is of another application, cut off, or used up. Send the whole value of the "
    "latest answer as it is; if that is refused too, send the user to /authorize",
    "invalid_scope": "Leave scope out, or ask for what the application has registered",
    "unauthorized_client": "The operator has to approve the application first",
    "unsupported_response_type": "response_type is code",
    "access_denied": "The user did not allow it. Ask again only when the user wants it",
    "server_error": "It is our fault and has been logged. Try again later",
    "temporarily_unavailable": "Nothing was used up. Try again as Retry-After says",
    "authorization_pending": "Ask again after as many seconds as interval says",
    "expired_token": "Ask for another device_code",
}
"""What a developer can do, where an error has no advice of its own."""


@dataclass(eq=False)
class OAuthError(Exception):
    """``redirect_to`` is the finished address when the error may be redirected; otherwise it is
    answered as JSON with ``status``. With a ``form``, that is posted there instead of redirecting.
    ``hint`` is for the developer, in a sandbox.
    """

    error: str
    description: str
    status: int = 400
    hint: str = ""
    redirect_to: str = ""
    form: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hint = self.hint or HINTS.get(self.error, "")

    def body(self) -> bytes:
        return msgspec.json.encode({"error": self.error, "error_description": self.description})


def invalid_request(description: str, hint: str = "") -> OAuthError:
    return OAuthError("invalid_request", description, hint=hint)


def missing(name: str, hint: str = "") -> OAuthError:
    return invalid_request(f"The parameter {name} is missing", hint)


def unknown_client() -> OAuthError:
    return OAuthError(
        "invalid_client", "The client_id doesn't exist", 401, hint="Check your client_id parameter"
    )


def wrong_secret() -> OAuthError:
    return OAuthError(
        "invalid_client",
        "The client_secret is missing or wrong",
        401,
        hint="Secrets can be renewed",
    )


def wrong_authentication(right: str) -> OAuthError:
    return OAuthError(
        "invalid_client",
        "The client has to authenticate as it is registered",
        401,
        hint=f"This application is registered for {right}",
    )


def wrong_assertion(description: str = "The client_assertion is not valid") -> OAuthError:
    return OAuthError(
        "invalid_client",
        description,
        401,
        hint="iss and sub are the client_id, aud the issuer, exp at most an hour away, jti new each "
        "time, signed with a registered key",
    )


def expired_secret() -> OAuthError:
    """The original says ``invalid_grant`` here. [contract section 10.3]"""
    return OAuthError(
        "invalid_grant",
        "AADB2C90085: The service has encountered an internal error. Please reauthenticate and try "
        "again.",
        hint="The client_secret has expired; add a new one to the application",
    )


def not_approved() -> OAuthError:
    return OAuthError("unauthorized_client", "The client is not authorized")


def wrong_reply_url(host: str) -> OAuthError:
    """Word for word as the original. [contract section 10.2]"""
    return invalid_request(
        f"The reply url host {host} doesn't match with the ones configured on the application"
    )


def invalid_scope() -> OAuthError:
    return OAuthError("invalid_scope", "The scope is malformed or invalid")


def denied() -> OAuthError:
    """Word for word as published. [OID-2]"""
    return OAuthError("access_denied", "Access denied by user")


def invalid_grant(description: str, hint: str = "") -> OAuthError:
    return OAuthError("invalid_grant", description, hint=hint)


def refused_too_often(seconds: int) -> OAuthError:
    """429, which clients take for a pause and not for the end of the link."""
    return OAuthError(
        "temporarily_unavailable",
        "The same refresh_token has been refused many times in a minute. Ask the user to authorize "
        "again",
        429,
        hint="A program asks for tokens in a loop, although it was told that the link has ended.",
        headers={"retry-after": str(seconds)},
    )


def slow_down() -> OAuthError:
    """RFC 8628 section 3.5."""
    return OAuthError("slow_down", "Wait five seconds longer between two requests")


def scopes_changed() -> OAuthError:
    return invalid_grant(
        "The scopes of the application have changed. Ask the user for consent again at /authorize"
    )


def expired_grant(now: int, issued_at: int, expires_at: int, correlation_id: str) -> OAuthError:
    """In the original's words, line ends included. [contract section 10.3]"""
    return invalid_grant(
        "AADB2C90080: The provided grant has expired. Please re-authenticate and try again. "
        f"Current time: {now // 1000}, Grant issued time: {issued_at // 1000}, "
        f"Grant expiration time: {expires_at // 1000}\r\n"
        f"Correlation ID: {correlation_id}\r\n"
        f"Timestamp: {iso(now // 1000 * 1000).replace('T', ' ')}\r\n"
    )


def server_error() -> OAuthError:
    """500 where it is answered; at /authorize a redirect, which has no status of its own."""
    return OAuthError("server_error", "An unexpected server error occurred", 500)


def temporarily_unavailable() -> OAuthError:
    """At /token it is 503: clients take every 4xx there for the end of the link."""
    return OAuthError(
        "temporarily_unavailable",
        "The authorization server is not able to handle the request",
        503,
        headers={"retry-after": "5"},
    )


def from_failure(failure: Exception) -> OAuthError:
    """What a caller learns of something unforeseen: whether to try again."""
    away = isinstance(failure, OSError | TimeoutError)
    return temporarily_unavailable() if away else server_error()

"""The login service against RFC 9700, item by item. [OID-11 OPR]

Each check looks at something: a setting, the metadata, the headers of the pages, the applications
that are registered. What the program cannot do otherwise is looked at as well, so that a later
change that can do otherwise is found here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from . import pkce as pkce_rules
from .application import Application
from .reply_urls import LOOPBACK
from .settings import Settings

State = Literal["good", "note", "warning", "failure"]
"""A *note* is a recommendation that is not followed, knowingly; a *failure* breaks a MUST."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is looked at. ``policy`` and ``headers`` are those of the sign-in and consent pages,
    ``redirect_status`` that of every answer of theirs that sends the browser on.
    """

    settings: Settings
    login_origin: str
    metadata: Mapping[str, Any]
    policy: str
    headers: Mapping[str, str]
    applications: Sequence[Application]
    redirect_status: int = 303


@dataclass(frozen=True, slots=True)
class Finding:
    section: str
    item: str
    state: State
    said: str


Verdict = tuple[State, str]
ANY = Application(
    "client", "", "", "", "", "", (), ("openid",), 1, None, "approved", "required", "", 0, 0
)
"""Stands for an application where none is registered yet: its metadata are as any other's."""


def examine(facts: Facts) -> list[Finding]:
    """Every item, in the order of the RFC."""
    return [Finding(section, item, *check(facts)) for section, item, check in CHECKS]


def exact_reply_urls(facts: Facts) -> Verdict:
    bad = [
        f"{application.name}: {url}"
        for application in facts.applications
        for url in application.reply_urls
        if "*" in url or "#" in url
    ]
    return _all_or(bad, "Compared byte for byte; no pattern and no fragment is registered.")


def https_reply_urls(facts: Facts) -> Verdict:
    bad = [
        f"{application.name}: {url}"
        for application in facts.applications
        for url in application.reply_urls
        if urlsplit(url).scheme != "https" and not _loopback(url)
    ]
    return _all_or(bad, "https everywhere but on the developer's own machine.")


def pkce(facts: Facts) -> Verdict:
    if facts.metadata["code_challenge_methods_supported"] != ["S256"]:
        return "failure", "Another method than S256 is offered."
    without = [one.name for one in facts.applications if not one.needs_pkce]
    if without:
        return "warning", f"Optional, as confidential legacy, for: {_few(without)}."
    return "good", "S256, required of every application; a verifier without challenge is refused."


def public_clients_use_pkce(facts: Facts) -> Verdict:
    public = [one for one in facts.applications if one.authentication == "none"]
    return _all_or(
        [one.name for one in public if not one.needs_pkce],
        f"{len(public)} public applications, all of which have to.",
    )


def code_flow_only(facts: Facts) -> Verdict:
    good = facts.metadata["response_types_supported"] == ["code"]
    return ("good", "Only response_type=code.") if good else ("failure", "More than code.")


def no_password_grant(facts: Facts) -> Verdict:
    offered = set(facts.metadata["grant_types_supported"])
    wrong = offered & {"password", "implicit"}
    return _all_or(sorted(wrong), "Neither the password nor the implicit grant is offered.")


def no_client_credentials(facts: Facts) -> Verdict:
    offered = "client_credentials" in facts.metadata["grant_types_supported"]
    if offered:
        return "warning", "Client ids and account ids must never be taken for each other."
    return "good", "No client gets tokens for itself, so none can pass for a user."


def sender_constrained(facts: Facts) -> Verdict:
    if "dpop_signing_alg_values_supported" in facts.metadata:
        return "good", "DPoP is offered."
    return "note", "Tokens are bearer tokens: the published clients know nothing else."


def rotation(facts: Facts) -> Verdict:
    lenient = [one.name for one in facts.applications if one.rotation == "original"]
    if lenient and facts.settings.original_rotation_allowed:
        public = [one.name for one in facts.applications if one.authentication == "none"]
        both = sorted(set(lenient) & set(public))
        if both:
            return "failure", f"Public, and earlier refresh tokens stay usable: {_few(both)}."
        return "warning", f"Earlier refresh tokens stay usable for: {_few(lenient)}."
    return "good", "One live refresh token a link; a replay ends the link."


def retry_window(facts: Facts) -> Verdict:
    longest = max(
        [facts.settings.refresh_retry_seconds]
        + [one.retry_seconds or 0 for one in facts.applications]
    )
    said = f"At most {longest} s, and only until the successor is used."
    return ("good", said) if longest <= 120 else ("warning", said)


def refresh_life(facts: Facts) -> Verdict:
    days = facts.settings.refresh_token_days
    return ("good" if days <= 180 else "warning"), f"A link ends after {days} days without use."


def access_life(facts: Facts) -> Verdict:
    seconds = facts.settings.access_token_seconds
    return ("good" if seconds <= 3600 else "warning"), f"An access token lives {seconds} s."


def audience(facts: Facts) -> Verdict:
    named = facts.settings.resource
    return ("good", f"aud is {named}.") if named else ("failure", "Access tokens have no audience.")


def client_authentication(facts: Facts) -> Verdict:
    if "private_key_jwt" not in facts.metadata["token_endpoint_auth_methods_supported"]:
        return "warning", "No asymmetric method is offered."
    shared = sum(one.authentication == "secret" for one in facts.applications)
    return "good", f"private_key_jwt is offered; {shared} applications share a secret, kept hashed."


def secret_life(facts: Facts) -> Verdict:
    days = facts.settings.secret_days
    return ("good" if days <= 730 else "warning"), f"A client secret ends after {days} days."


def published_metadata(facts: Facts) -> Verdict:
    good = str(facts.metadata["issuer"]).startswith(facts.login_origin + "/")
    return ("good" if good else "failure"), f"The issuer is {facts.metadata['issuer']}."


def transport(facts: Facts) -> Verdict:
    if facts.login_origin.startswith("https://"):
        return "good", "The login service is reached over https."
    if _loopback(facts.login_origin):
        return "note", "Plain http, on this machine only."
    return "failure", f"{facts.login_origin} is not https."


def code_life(facts: Facts) -> Verdict:
    seconds = facts.settings.code_seconds
    said = f"Used once, within {seconds} s; a second use revokes what the first brought."
    return ("good" if seconds <= 60 else "warning"), said


def issuer_in_answers(facts: Facts) -> Verdict:
    good = facts.metadata["authorization_response_iss_parameter_supported"] is True
    return ("good", "iss in every answer.") if good else ("failure", "No iss in the answers.")


def answers_in_address(facts: Facts) -> Verdict:
    """Only a code, which is worth nothing twice, ever stands in an address. [section 4.3]"""
    modes = set(facts.metadata["response_modes_supported"])
    if modes - {"query", "form_post"} or facts.metadata["response_types_supported"] != ["code"]:
        return "failure", "Tokens may stand in addresses."
    return "good", "No token ever does; form_post keeps the code out of them as well."


def code_injection(facts: Facts) -> Verdict:
    without = [one.name for one in facts.applications if not one.needs_pkce]
    if without:
        return "warning", f"Only their own nonce protects: {_few(without)}."
    return "good", "A code is bound to the challenge of the browser that asked for it."


def pkce_downgrade(_facts: Facts) -> Verdict:
    verifier = "v" * 43
    if (
        pkce_rules.proves(verifier, "")
        or pkce_rules.is_challenge("plain")
        or (pkce_rules.proves(verifier, verifier))
    ):
        return "failure", "A code without challenge, or with a plain one, is taken."
    return "good", "A verifier without challenge is refused, and so is the method plain."


def redirects(facts: Facts) -> Verdict:
    if facts.redirect_status == 303:
        return "good", "303: what was typed at the sign-in is never posted on."
    return "failure", f"{facts.redirect_status} may post the password to the application."


def no_cors_at_authorize(facts: Facts) -> Verdict:
    open_to = facts.headers.get("access-control-allow-origin")
    return ("failure", f"Open to {open_to}.") if open_to else ("good", "No other site reads it.")


def sign_out_addresses(facts: Facts) -> Verdict:
    bad = [
        f"{application.name}: {url}"
        for application in facts.applications
        for url in application.post_logout_urls
        if "*" in url or "#" in url or (urlsplit(url).scheme != "https" and not _loopback(url))
    ]
    return _all_or(bad, "After signing out, too, only registered addresses are gone to.")


def no_frames(facts: Facts) -> Verdict:
    good = "frame-ancestors 'none'" in facts.policy
    return ("good", "frame-ancestors 'none'.") if good else ("failure", "Pages can be framed.")


def no_referrer(facts: Facts) -> Verdict:
    good = facts.headers.get("referrer-policy") == "no-referrer"
    outside = "default-src 'none'" in facts.policy
    if good and outside:
        return "good", "Referrer-Policy: no-referrer, and nothing from elsewhere on the pages."
    return "failure", "Pages tell others their address, or load things from elsewhere."


def no_foreign_script(facts: Facts) -> Verdict:
    good = "script-src 'self'" in facts.policy and "unsafe" not in facts.policy
    return ("good", "No inline and no foreign script.") if good else ("failure", facts.policy)


def request_objects(facts: Facts) -> Verdict:
    fetched = facts.metadata["request_uri_parameter_supported"]
    if fetched:
        return "failure", "Addresses of strangers are fetched."
    return "good", "Nothing of a request is fetched; pushed requests are offered instead."


CHECKS: tuple[tuple[str, str, Callable[[Facts], Verdict]], ...] = (
    ("2.1", "Reply URLs are matched exactly", exact_reply_urls),
    ("2.1", "Reply URLs use https", https_reply_urls),
    ("2.1.1", "PKCE", pkce),
    ("2.1.1", "Public clients use PKCE", public_clients_use_pkce),
    ("2.1.2", "No implicit grant", code_flow_only),
    ("2.2.1", "Sender-constrained tokens", sender_constrained),
    ("2.2.2", "Refresh tokens rotate", rotation),
    ("2.3", "Access tokens have an audience", audience),
    ("2.3", "Access tokens live shortly", access_life),
    ("2.4", "No password grant", no_password_grant),
    ("2.5", "Client authentication", client_authentication),
    ("2.5", "Client secrets end", secret_life),
    ("2.6", "Metadata is published", published_metadata),
    ("2.6", "Transport is encrypted", transport),
    ("2.6", "No foreign script reads /authorize", no_cors_at_authorize),
    ("4.2", "No leak by the referrer", no_referrer),
    ("4.3.1", "Codes are short-lived", code_life),
    ("4.3.2", "No token in an address", answers_in_address),
    ("4.4", "Defence against mix-up", issuer_in_answers),
    ("4.5", "Codes cannot be injected", code_injection),
    ("4.8", "PKCE cannot be taken away", pkce_downgrade),
    ("4.11", "Signing out is no open redirect", sign_out_addresses),
    ("4.12", "Redirects lose what was typed", redirects),
    ("4.14", "Retries of a refresh are bounded", retry_window),
    ("4.14", "Refresh tokens end without use", refresh_life),
    ("4.15", "No client passes for a user", no_client_credentials),
    ("4.16", "No clickjacking", no_frames),
    ("4.16", "No foreign script beside the forms", no_foreign_script),
    ("-", "Nothing of a request is fetched", request_objects),
)


def _all_or(bad: Sequence[str], good: str) -> Verdict:
    return ("failure", f"Not so: {_few(bad)}.") if bad else ("good", good)


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in LOOPBACK or f"[{host}]" in LOOPBACK

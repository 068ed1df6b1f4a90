"""Plan ``oidcc-config-certification-test-plan``: one module. [identity notes 2.3]"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from . import checks
from .run import Run

SUFFIX = "/.well-known/openid-configuration"
# The members that the official schema knows: OpenID Connect Discovery, RFC 8414 and the
# specifications that add to them.
KNOWN = frozenset(
    """
    acr_values_supported authorization_encryption_alg_values_supported
    authorization_encryption_enc_values_supported authorization_endpoint
    authorization_response_iss_parameter_supported authorization_signing_alg_values_supported
    backchannel_authentication_endpoint
    backchannel_authentication_request_signing_alg_values_supported
    backchannel_logout_session_supported backchannel_logout_supported
    backchannel_token_delivery_modes_supported backchannel_user_code_parameter_supported
    check_session_iframe claim_types_supported claims_locales_supported claims_parameter_supported
    claims_supported code_challenge_methods_supported device_authorization_endpoint
    display_values_supported dpop_signing_alg_values_supported end_session_endpoint
    frontchannel_logout_session_supported frontchannel_logout_supported grant_types_supported
    id_token_encryption_alg_values_supported id_token_encryption_enc_values_supported
    id_token_signing_alg_values_supported introspection_encryption_alg_values_supported
    introspection_encryption_enc_values_supported introspection_endpoint
    introspection_endpoint_auth_methods_supported
    introspection_endpoint_auth_signing_alg_values_supported
    introspection_signing_alg_values_supported issuer jwks_uri mtls_endpoint_aliases
    op_policy_uri op_tos_uri prompt_values_supported pushed_authorization_request_endpoint
    registration_endpoint request_object_encryption_alg_values_supported
    request_object_encryption_enc_values_supported request_object_signing_alg_values_supported
    request_parameter_supported request_uri_parameter_supported require_pushed_authorization_requests
    require_request_uri_registration require_signed_request_object response_modes_supported
    response_types_supported revocation_endpoint revocation_endpoint_auth_methods_supported
    revocation_endpoint_auth_signing_alg_values_supported scopes_supported service_documentation
    signed_metadata subject_types_supported tls_client_certificate_bound_access_tokens
    token_endpoint token_endpoint_auth_methods_supported
    token_endpoint_auth_signing_alg_values_supported ui_locales_supported
    userinfo_encryption_alg_values_supported userinfo_encryption_enc_values_supported
    userinfo_endpoint userinfo_signing_alg_values_supported authorization_details_types_supported
    """.split()  # noqa: SIM905  a hundred names read better without quotes
)
OIDC_RESPONSE_TYPES = {
    "code", "id_token", "id_token token", "code id_token", "code token", "code id_token token",
}  # fmt: skip
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?(-[A-Za-z0-9]{4,8})*")


def endpoint_verification(run: Run) -> None:
    url = run.configuration.client.discovery_url
    answer = run.http.get(url)
    run.need(answer.status_code == 200, "the discovery document answers 200")
    said = checks.json_of(run, answer, "the discovery document")
    run.check(url.startswith("https://") and url.endswith(SUFFIX), "its address is well known")
    issuer = str(said.get("issuer", ""))
    run.check(issuer.removesuffix("/") + SUFFIX == url, "the issuer stands before /.well-known")
    parts = urlsplit(issuer)
    plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    run.check(parts.scheme == "https" and parts.hostname and plain, "the issuer is an https URL")
    unknown = said.keys() - KNOWN
    run.advise(not unknown, f"every member is known: {sorted(unknown)}")
    _lists(run, said)
    endpoints(run, said)
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        run.check(name in said, f"{name} is there")
    run.advise("userinfo_endpoint" in said, "userinfo_endpoint is there")
    jwks = run.http.get(said.get("jwks_uri", ""))
    run.need(jwks.status_code == 200, "the JWKS answers 200")
    checks.keys(run, checks.json_of(run, jwks, "the JWKS"))
    for name, default in (
        ("request_parameter_supported", False),
        ("request_uri_parameter_supported", True),
        ("claims_parameter_supported", False),
    ):
        value = said.get(name, default)
        run.check(isinstance(value, bool), f"{name} is true or false")
        run.note(f"{name} is {value}")


def _lists(run: Run, said: dict[str, Any]) -> None:
    def values(name: str) -> list[Any]:
        value = said.get(name, [])
        good = isinstance(value, list) and all(isinstance(one, str) for one in value)
        run.check(good, f"{name} is an array of strings")
        return value if good else []

    for name, value in said.items():
        if name.endswith("_supported") and not isinstance(value, bool):
            run.check(values(name), f"{name} is not empty")
    types = {" ".join(sorted(one.split())) for one in values("response_types_supported")}
    run.check(types & OIDC_RESPONSE_TYPES, "response_types_supported has one of OpenID Connect")
    subjects = set(values("subject_types_supported"))
    run.check(subjects & {"public", "pairwise"}, "subject_types_supported has public or pairwise")
    algorithms = values("id_token_signing_alg_values_supported")
    run.check("RS256" in algorithms, "id_token_signing_alg_values_supported has RS256")
    run.advise("claims_supported" in said, "claims_supported is there")
    if run.advise("scopes_supported" in said, "scopes_supported is there"):
        scopes = values("scopes_supported")
        run.check("openid" in scopes, "scopes_supported has openid")
        run.check(all(_SCOPE.fullmatch(one) for one in scopes), "every scope is a scope-token")
    for name in ("ui_locales_supported", "claims_locales_supported"):
        for one in values(name):
            run.check(_LANGUAGE.fullmatch(one), f"{name}: {one} is a BCP 47 tag")


def endpoints(run: Run, said: dict[str, Any]) -> None:
    for name, value in said.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            good = isinstance(value, str) and urlsplit(value).scheme == "https"
            run.check(good and urlsplit(value).hostname, f"{name} is an https URL")


MODULES: dict[str, Callable[[Run], None]] = {
    "oidcc-discovery-endpoint-verification": endpoint_verification
}

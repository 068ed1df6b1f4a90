"""The metadata of a client's issuer. [OID-6 OID-11]

[OpenID Connect Discovery 1.0, RFC 8414, RFC 8628, RFC 9126, RFC 9207, RP-Initiated Logout 1.0,
Back-Channel Logout 1.0]
"""

from typing import Any

from . import device_grant
from .application import Application
from .client_keys import ALGORITHMS
from .profile import CLAIMS_OF
from .scopes import in_order
from .wanted import ACRS

AUTHENTICATION = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
_PROVING = AUTHENTICATION[:-1]
_ALGORITHMS = list(ALGORITHMS)
_OWN_CLAIMS = [
    "iss", "sub", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "sid", "acr", "oid", "ver",
]  # fmt: skip


def metadata(login_origin: str, application: Application) -> dict[str, Any]:
    """``issuer`` is exactly what stands before ``/.well-known/openid-configuration``."""
    issuer = f"{login_origin}/{application.client_id}"
    scopes = in_order({"openid", "offline_access", *application.scopes})
    claims = [claim for scope in scopes for claim in CLAIMS_OF.get(scope, ())]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{login_origin}/authorize",
        "token_endpoint": f"{login_origin}/token",
        "userinfo_endpoint": f"{login_origin}/userinfo",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "revocation_endpoint": f"{login_origin}/revoke",
        "introspection_endpoint": f"{login_origin}/introspect",
        "pushed_authorization_request_endpoint": f"{login_origin}/par",
        "device_authorization_endpoint": f"{login_origin}/device_authorization",
        "end_session_endpoint": f"{login_origin}/end_session",
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token", device_grant.NAME],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": AUTHENTICATION,
        "token_endpoint_auth_signing_alg_values_supported": _ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": AUTHENTICATION,
        "revocation_endpoint_auth_signing_alg_values_supported": _ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": _PROVING,
        "introspection_endpoint_auth_signing_alg_values_supported": _ALGORITHMS,
        "code_challenge_methods_supported": ["S256"],
        "require_pushed_authorization_requests": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "acr_values_supported": list(ACRS),
        "claim_types_supported": ["normal"],
        "claims_supported": [*_OWN_CLAIMS, *claims],
        "ui_locales_supported": ["en", "fr", "it"],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }

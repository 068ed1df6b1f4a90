"""The metadata of a client's issuer. [OID-6, OpenID Connect Discovery, RFC 8414, RFC 9207]"""

from typing import Any

from .application import Application
from .scopes import in_order

AUTHENTICATION = ["client_secret_post", "client_secret_basic"]
CLAIMS = [
    "iss", "sub", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "oid", "ver", "name",
    "given_name", "family_name", "preferred_username", "updated_at", "email", "email_verified",
]  # fmt: skip


def metadata(login_origin: str, application: Application) -> dict[str, Any]:
    """``issuer`` is exactly what stands before ``/.well-known/openid-configuration``."""
    issuer = f"{login_origin}/{application.client_id}"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{login_origin}/authorize",
        "token_endpoint": f"{login_origin}/token",
        "userinfo_endpoint": f"{login_origin}/userinfo",
        "revocation_endpoint": f"{login_origin}/revoke",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "scopes_supported": in_order({"openid", "offline_access", *application.scopes}),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": AUTHENTICATION,
        "revocation_endpoint_auth_methods_supported": AUTHENTICATION,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": CLAIMS,
        "ui_locales_supported": ["en", "fr", "it"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }

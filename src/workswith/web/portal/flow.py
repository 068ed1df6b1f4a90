"""The requests of the authorization code flow as text, with the reader's own application. [OID-1]"""

import hashlib
import shlex
from dataclasses import dataclass
from urllib.parse import urlencode

from workswith.identity.application import Application
from workswith.kernel.ident import b64url

CODE = "{code}"
SECRET = "{client_secret}"  # noqa: S105  a placeholder for people
REFRESH_TOKEN = "{refresh_token}"  # noqa: S105  the same
STATE = "af0ifjsldkj"


@dataclass(frozen=True, slots=True)
class Flow:
    """``authorize`` is an address; ``token`` and ``refresh`` are commands; ``discovery`` is empty
    without an application.
    """

    authorize: str
    token: str
    refresh: str
    discovery: str


def flow(login: str, application: Application | None, verifier: str) -> Flow:
    """With the values of the reader's application, if there is one, and a proof key."""
    client_id = application.client_id if application else "{client_id}"
    reply_url = application.reply_urls[0] if application else "{reply URL}"
    query = {
        "client_id": client_id,
        "redirect_uri": reply_url,
        "response_type": "code",
        "state": STATE,
        "code_challenge": b64url(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    code = {"code": CODE, "code_verifier": verifier}
    refresh = {"refresh_token": REFRESH_TOKEN}
    return Flow(
        authorize=f"{login}/authorize?{urlencode(query, safe='{} ')}",
        token=_token_request(login, client_id, "authorization_code", code),
        refresh=_token_request(login, client_id, "refresh_token", refresh),
        discovery=f"{login}/{client_id}/.well-known/openid-configuration" if application else "",
    )


def _token_request(login: str, client_id: str, grant: str, proof: dict[str, str]) -> str:
    fields = {"grant_type": grant, "client_id": client_id, "client_secret": SECRET, **proof}
    lines = [f"  --data-urlencode {shlex.quote(f'{name}={text}')}" for name, text in fields.items()]
    return " \\\n".join([f"curl --request POST {login}/token", *lines]) + "\n"

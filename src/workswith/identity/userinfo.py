"""``/userinfo``: who the user is, for a live access token. [OID-11, OpenID Connect Core 5.3]

The token comes in the header or in the form of a POST (RFC 6750 section 2), never in the query. A
token of a revoked family is refused, since `tokens` asks for the family.
"""

from starlette.requests import Request
from starlette.responses import Response

from workswith.kernel.clock import Clock
from workswith.kernel.database import Reads, query
from workswith.kernel.problem import Problem

from . import claims, token_request, wanted
from .account import account_of
from .form_endpoint import NO_STORE, as_json
from .profile import profile_of
from .tokens import Access, AccessTokens

_WANTED = query(str, "SELECT wanted FROM token_family WHERE id = :id")


class UserInfo:
    def __init__(self, reads: Reads, clock: Clock, access_tokens: AccessTokens) -> None:
        self._reads = reads
        self._clock = clock
        self._access_tokens = access_tokens

    async def answer(self, request: Request) -> Response:
        try:
            token = await _bearer(request)
            access = await self._access_tokens.verify(token, self._clock.now())
        except Problem as problem:
            challenge = "Bearer"
            if problem.code != "token_missing":
                challenge += f' error="invalid_token", error_description="{problem.detail}"'
            return _refused("invalid_token", 401, challenge)
        if "openid" not in access.scopes:
            challenge = 'Bearer error="insufficient_scope", scope="openid"'
            return _refused("insufficient_scope", 403, challenge)
        return await self._told(access)

    async def _told(self, access: Access) -> Response:
        account = await account_of(self._reads, access.account_id)
        if account is None:
            return _refused("invalid_token", 401, 'Bearer error="invalid_token"')
        said = claims.userinfo(
            account,
            await profile_of(self._reads, account.id),
            access.scopes,
            wanted.stored(await self._reads.one(_WANTED, id=access.family_id) or ""),
        )
        return as_json(said, 200, NO_STORE | {"access-control-allow-origin": "*"})


def _refused(error: str, status: int, challenge: str) -> Response:
    return as_json({"error": error}, status, NO_STORE | {"www-authenticate": challenge})


async def _bearer(request: Request) -> str | None:
    header = request.headers.get("authorization")
    if header is not None or request.method != "POST":
        return header
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > token_request.LONGEST_BODY:
        return None
    async with request.form(max_files=0, max_fields=8) as form:
        value = form.get("access_token")
    return f"Bearer {value}" if isinstance(value, str) else None

"""Plans ``oidcc-rp-initiated-logout-`` and ``oidcc-backchannel-rp-initiated-logout-…``.

In the first, whatever does not prove itself is answered by a page: an error, or the question
whether to sign out. A redirect back would be a failure.
"""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from . import checks
from .agent import Landed
from .backchannel import listening
from .basic import NEEDS_SCREEN
from .discovery import endpoints
from .flow import Flow, Happy, opened, unsigned
from .run import Run

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def rp_discovery(run: Run) -> None:
    said = Flow(run).metadata
    endpoints(run, said)
    run.check("end_session_endpoint" in said, "end_session_endpoint is there")


def logout(*, state: bool) -> Callable[[Run], None]:
    """The hint, a registered address: back there, and signed out."""

    def module(run: Run) -> None:
        flow = Flow(run)
        happy = flow.happy()
        _back_and_signed_out(run, flow, _params(run, happy, state=state))

    return module


def stays(change: Callable[[Run, dict[str, str], Happy], dict[str, str]]) -> Callable[[Run], None]:
    """The request is changed so that nothing may be redirected."""

    def module(run: Run) -> None:
        flow = Flow(run)
        happy = flow.happy()
        params = change(run, _params(run, happy), happy)
        landed = _end_session(run, flow, params, alone=True)
        if run.check(landed.page is not None, f"no redirect, but there was one to {landed.url}"):
            run.check(landed.page and landed.page.status_code < 500, "the page is no fault of ours")

    return module


def signed_out_page(*names: str) -> Callable[[Run], None]:
    """Less than all parameters: a page says that one is signed out, or asks."""

    def module(run: Run) -> None:
        flow = Flow(run)
        happy = flow.happy()
        params = {name: value for name, value in _params(run, happy).items() if name in names}
        landed = _end_session(run, flow, params)
        if run.check(landed.page is not None, f"no redirect, but there was one to {landed.url}"):
            good = landed.page is not None and landed.page.status_code == 200
            run.check(good, "a page says that the user is signed out")
        if names:
            _signed_out(run, flow)

    return module


def backchannel_discovery(run: Run) -> None:
    said = Flow(run).metadata
    endpoints(run, said)
    for name in ("backchannel_logout_supported", "backchannel_logout_session_supported"):
        run.check(said.get(name) is True, f"{name} is true")
    run.check("end_session_endpoint" in said, "end_session_endpoint is there")


def backchannel(run: Run) -> None:
    flow = Flow(run)
    with listening(run.configuration.backchannel) as heard:
        happy = flow.happy()
        _back_and_signed_out(run, flow, _params(run, happy))
        request = _ours(run, happy, heard)
    run.need(request is not None, "the OP posts to the backchannel_logout_uri")
    assert request is not None
    run.check(set(request) <= {"logout_token"}, "the request has a logout_token and no more")
    run.need("logout_token" in request, "there is a logout_token")
    _logout_token(run, flow, happy, request["logout_token"])


def _ours(
    run: Run, happy: Happy, heard: Callable[..., dict[str, str] | None]
) -> dict[str, str] | None:
    """The notice of this session: those of sessions before come again as nobody answered them."""
    request = None
    for _ in range(20):
        request = heard(seconds=15)
        if request is None or "logout_token" not in request:
            break
        said = opened(request["logout_token"])
        if said.get("sid", happy.claims.get("sid")) == happy.claims.get("sid"):
            break
        run.note("a notice of another session has come as well")
    return request


def _logout_token(run: Run, flow: Flow, happy: Happy, token: str) -> None:
    try:
        decoded = jwt.decode(token, flow.keys, algorithms=["RS256"])
    except (JoseError, ValueError) as error:
        run.need(False, f"the logout_token's signature verifies: {error}")
        raise
    claims: dict[str, Any] = dict(decoded.claims)
    run.check(claims.get("iss") == flow.metadata["issuer"], "iss of the logout_token is the issuer")
    aud = claims.get("aud")
    ours = flow.client.client_id in (aud if isinstance(aud, list) else [aud])
    run.check(ours, "aud of the logout_token has the client_id")
    run.check(claims.get("iat", 1e18) <= run.now() + checks.SKEW, "iat is not in the future")
    run.check(claims.get("jti"), "the logout_token has a jti")
    run.check(claims.get("events") == {EVENT: {}}, "events has the logout event alone, empty")
    run.check("nonce" not in claims, "the logout_token has no nonce")
    run.check("sub" in claims or "sid" in claims, "the logout_token has sub or sid")
    for name in ("sub", "sid"):
        if name in claims:
            run.check(claims[name] == happy.claims.get(name), f"{name} is the id_token's")


def _params(run: Run, happy: Happy, *, state: bool = True) -> dict[str, str]:
    params = {
        "id_token_hint": happy.tokens["id_token"],
        "post_logout_redirect_uri": run.configuration.post_logout,
    }
    return params | ({"state": secrets.token_urlsafe(96)} if state else {})


def _end_session(run: Run, flow: Flow, params: dict[str, str], *, alone: bool = False) -> Landed:
    url = flow.metadata.get("end_session_endpoint")
    run.need(url, "end_session_endpoint is there")
    query = urlencode(params, quote_via=quote)
    return flow.agent.open(f"{url}?{query}" if query else str(url), alone=alone)


def _back_and_signed_out(run: Run, flow: Flow, params: dict[str, str]) -> None:
    landed = _end_session(run, flow, params)
    where = urlsplit(landed.url)
    bare = f"{where.scheme}://{where.netloc}{where.path}"
    wanted = params["post_logout_redirect_uri"]
    run.need(bare == wanted, f"back to the post_logout_redirect_uri, not {bare}")
    run.check(landed.query.get("state") == params.get("state"), "state as it was sent, or none")
    unexpected = landed.query.keys() - {"state"}
    run.advise(not unexpected, f"no unexpected parameters: {sorted(unexpected)}")
    _signed_out(run, flow)


def _signed_out(run: Run, flow: Flow) -> None:
    params = flow.request(prompt="none")
    landed = flow.authorize(params)
    run.need(landed.page is None, "prompt=none shows no page")
    checks.error_answer(run, landed.query, NEEDS_SCREEN)


def _bad_address(run: Run, params: dict[str, str], _happy: Happy) -> dict[str, str]:
    elsewhere = f"{run.configuration.base}{secrets.token_urlsafe(6)}/post_logout_redirect"
    return params | {"post_logout_redirect_uri": elsewhere}


def _query_added(run: Run, params: dict[str, str], _happy: Happy) -> dict[str, str]:
    return params | {"post_logout_redirect_uri": f"{run.configuration.post_logout}?foo=bar"}


def _alg_none(_run: Run, params: dict[str, str], happy: Happy) -> dict[str, str]:
    return params | {"id_token_hint": unsigned(happy.claims)}


def _other_key(_run: Run, params: dict[str, str], happy: Happy) -> dict[str, str]:
    key = RSAKey.import_key(rsa.generate_private_key(65537, 2048))
    return params | {"id_token_hint": jwt.encode({"alg": "RS256"}, happy.claims, key)}


def _no_hint(_run: Run, params: dict[str, str], _happy: Happy) -> dict[str, str]:
    return {name: value for name, value in params.items() if name != "id_token_hint"}


RP_INITIATED: dict[str, Callable[[Run], None]] = {
    "oidcc-rp-initiated-logout-discovery-endpoint-verification": rp_discovery,
    "oidcc-rp-initiated-logout": logout(state=True),
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": stays(_bad_address),
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": stays(_query_added),
    "oidcc-rp-initiated-logout-modified-id-token-hint": stays(_alg_none),
    "oidcc-rp-initiated-logout-bad-id-token-hint": stays(_other_key),
    "oidcc-rp-initiated-logout-no-id-token-hint": stays(_no_hint),
    "oidcc-rp-initiated-logout-no-params": signed_out_page(),
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": signed_out_page(
        "id_token_hint", "state"
    ),
    "oidcc-rp-initiated-logout-no-state": logout(state=False),
    "oidcc-rp-initiated-logout-only-state": signed_out_page("state"),
}
BACKCHANNEL: dict[str, Callable[[Run], None]] = {
    "oidcc-backchannel-logout-discovery-endpoint-verification": backchannel_discovery,
    "oidcc-backchannel-rp-initiated-logout": backchannel,
}

"""Plan ``oidcc-basic-certification-test-plan``: response_type=code, static clients, 35 modules.

In the official order; the three modules that are for dynamic registration alone are left out.
"""

import secrets
from collections.abc import Callable
from typing import Any

from joserfc import jwt

from . import checks
from .flow import Flow, Happy, unsigned
from .pkce import pair
from .run import Run, Skipped

NEEDS_SCREEN = {
    "login_required", "interaction_required", "consent_required", "account_selection_required",
}  # fmt: skip
LONG_STATE = 96
"""Bytes; 128 characters."""


def server(run: Run) -> None:
    flow = Flow(run)
    happy = flow.happy()
    checks.random_enough(run, happy.code, "the code")
    checks.unasked(run, happy.claims, "the id_token", asked=set())


def response_type_missing(run: Run) -> None:
    flow = Flow(run)
    params = flow.request(response_type=None)
    landed = flow.authorize(params)
    if landed.page is not None:
        run.check(landed.page.status_code >= 400, "a page in place of a redirect is an error page")
        return
    checks.callback(run, landed.query, flow.metadata, params["state"])
    checks.error_answer(run, landed.query, {"invalid_request", "unsupported_response_type"})


def userinfo(how: str) -> Callable[[Run], None]:
    def module(run: Run) -> None:
        flow = Flow(run)
        happy = flow.happy()
        answer = flow.userinfo(happy.access_token, how)
        if how == "post-body" and answer.status_code >= 400:
            run.warn(f"userinfo takes the access token in a form, not {answer.status_code}")
            return
        flow.told(happy, how)

    return module


def without_nonce(run: Run) -> None:
    flow = Flow(run)
    flow.happy(flow.request(nonce=None))


def _scope(*names: str, order: Callable[[list[str]], list[str]] = list) -> Callable[[Run], None]:
    def module(run: Run) -> None:
        flow = Flow(run)
        missing = set(names) - set(flow.metadata.get("scopes_supported", names))
        if missing:
            raise Skipped(f"scopes_supported has no {', '.join(sorted(missing))}")
        params = flow.request(scope=" ".join(order(["openid", *names])))
        if order is not list:
            params = dict(reversed(params.items()))
        happy = flow.happy(params)
        asked = {claim for name in names for claim in checks.SCOPE_CLAIMS[name]}
        said = flow.told(happy)
        lacking = asked - said.keys()
        run.advise(not lacking, f"userinfo has every claim of the scope: {sorted(lacking)}")
        checks.unasked(run, happy.claims, "the id_token", asked=set())
        checks.unasked(run, said, "userinfo", asked=asked)

    return module


def with_parameter(**changes: str) -> Callable[[Run], None]:
    """The happy flow with something more in the request."""

    def module(run: Run) -> None:
        flow = Flow(run)
        flow.happy(flow.request(**changes))

    return module


def login_hint(run: Run) -> None:
    flow = Flow(run)
    flow.happy(flow.request(login_hint=run.configuration.login_hint or "buffy@example.com"))


def prompt_login(run: Run) -> None:
    flow = Flow(run)
    first = flow.happy()
    run.let_pass(1)
    again = flow.happy(flow.request(prompt="login"))
    run.check(_signed_in(run, again), "prompt=login shows the sign-in page again")
    if "auth_time" in first.claims:
        later = again.claims.get("auth_time", 0) > first.claims["auth_time"]
        run.check(later, "auth_time is later after the second sign-in")


def prompt_none_not_logged_in(run: Run) -> None:
    flow = Flow(run)
    params = flow.request(prompt="none", state=secrets.token_urlsafe(LONG_STATE))
    landed = flow.authorize(params)
    run.need(landed.page is None, "prompt=none shows no page")
    checks.callback(run, landed.query, flow.metadata, params["state"])
    checks.error_answer(run, landed.query, NEEDS_SCREEN)


def prompt_none_logged_in(run: Run) -> None:
    flow = Flow(run)
    _same_session(run, flow, flow.happy(), prompt="none")


def id_token_hint(run: Run) -> None:
    flow = Flow(run)
    first = flow.happy()
    _same_session(run, flow, first, prompt="none", id_token_hint=first.tokens["id_token"])


def max_age_1(run: Run) -> None:
    flow = Flow(run)
    first = flow.happy()
    run.let_pass(2)
    again = flow.happy(flow.request(max_age="1"))
    run.check(_signed_in(run, again), "max_age=1 after two seconds shows the sign-in page again")
    has = again.claims.get("auth_time") is not None
    run.need(has, "the id_token has auth_time, since max_age was sent")
    at = again.claims["auth_time"]
    run.check(at > first.claims.get("auth_time", 0), "auth_time is later than at first")
    run.check(abs(run.now() - at) < 60, "auth_time is the second sign-in's")


def max_age_10000(run: Run) -> None:
    flow = Flow(run)
    first = flow.happy(flow.request(max_age="15000"))
    run.let_pass(1)
    again = flow.happy(flow.request(max_age="10000"))
    run.check(not _signed_in(run, again), "max_age=10000 asks for no second sign-in")
    for happy in (first, again):
        run.check("auth_time" in happy.claims, "the id_token has auth_time, as max_age was sent")
    same = first.claims.get("auth_time") == again.claims.get("auth_time")
    run.check(same, "auth_time stays the same")
    run.check(first.claims["sub"] == again.claims["sub"], "sub stays the same")


def acr_values(run: Run) -> None:
    flow = Flow(run)
    wanted = flow.metadata.get("acr_values_supported") or ["1", "2"]
    happy = flow.happy(flow.request(acr_values=" ".join(wanted)))
    if "acr" in happy.claims:
        run.advise(happy.claims["acr"] in wanted, "acr is one of those asked for")


def codereuse(run: Run) -> None:
    flow = Flow(run)
    happy = flow.happy()
    checks.token_error(run, flow.exchange(happy.code), strict=False)


def codereuse_30seconds(run: Run) -> None:
    flow = Flow(run)
    happy = flow.happy()
    run.let_pass(30)
    checks.token_error(run, flow.exchange(happy.code))
    refused = 400 <= flow.userinfo(happy.access_token).status_code < 500
    run.advise(refused, "the tokens of a code that was used twice are refused afterwards")


def registered_redirect_uri(run: Run) -> None:
    flow = Flow(run)
    elsewhere = f"{run.configuration.callback}/{secrets.token_urlsafe(8)}"
    landed = flow.authorize(flow.request(redirect_uri=elsewhere))
    _error_page(run, landed.page, landed.url)


def post_request(run: Run) -> None:
    Flow(run).happy(post=True)


def secret_post(run: Run) -> None:
    client = run.configuration.client_secret_post or run.configuration.client
    Flow(run, client, post=True).happy()


def unsigned_request_object(run: Run) -> None:
    flow = Flow(run)
    algorithms = flow.metadata.get("request_object_signing_alg_values_supported")
    if algorithms and "none" not in algorithms:
        raise Skipped("request objects have to be signed")
    params = flow.request()
    landed = flow.authorize({**params, "request": _request_object(flow, params)})
    if landed.page is None and "error" in landed.query:
        checks.callback(run, landed.query, flow.metadata, params["state"])
        checks.error_answer(run, landed.query, {"request_not_supported"})
        supported = flow.metadata.get("request_parameter_supported", False)
        run.check(not supported, "what the metadata promises works")
        return
    tokens = flow.tokens(flow.exchange(flow.code(landed, params)))
    flow.claims(tokens, params["nonce"])


def request_object_with_redirect_uri(run: Run) -> None:
    flow = Flow(run)
    algorithms = flow.metadata.get("request_object_signing_alg_values_supported")
    if algorithms and "none" not in algorithms:
        raise Skipped("request objects have to be signed")
    params = flow.request()
    outside = f"{run.configuration.callback}/{secrets.token_urlsafe(8)}"
    landed = flow.authorize(
        {**params, "redirect_uri": outside, "request": _request_object(flow, params)}
    )
    if landed.page is not None:
        _error_page(run, landed.page, landed.url)
        return
    flow.code(landed, params)


def claims_essential(run: Run) -> None:
    flow = Flow(run)
    wanted = checks.compact({"userinfo": {"name": {"essential": True}}})
    happy = flow.happy(flow.request(claims=wanted))
    said = flow.told(happy)
    run.advise("name" in said, "userinfo has the name that was asked for as essential")
    checks.unasked(run, happy.claims, "the id_token", asked=set())


def refresh_token(run: Run) -> None:
    first = Flow(run)
    happy, params = _with_refresh_token(run, first)
    _refreshed(run, first, happy, scope=params["scope"])
    run.need(run.configuration.client2, "the configuration names a second client")
    second = Flow(run, run.configuration.client2)
    happy, _ = _with_refresh_token(run, second)
    token = _refreshed(run, second, happy)
    answer = first.post_token(grant_type="refresh_token", refresh_token=token)
    checks.token_error(run, answer)


def valid_pkce(run: Run) -> None:
    flow = Flow(run)
    verifier, challenge = pair()
    params = flow.request(code_challenge=challenge, code_challenge_method="S256")
    flow.happy(params, code_verifier=verifier)


MODULES: dict[str, Callable[[Run], None]] = {
    "oidcc-server": server,
    "oidcc-response-type-missing": response_type_missing,
    "oidcc-userinfo-get": userinfo("get"),
    "oidcc-userinfo-post-header": userinfo("post-header"),
    "oidcc-userinfo-post-body": userinfo("post-body"),
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": without_nonce,
    "oidcc-scope-profile": _scope("profile"),
    "oidcc-scope-email": _scope("email"),
    "oidcc-scope-address": _scope("address"),
    "oidcc-scope-phone": _scope("phone"),
    "oidcc-scope-all": _scope("email", "phone", "address", "profile"),
    "oidcc-alternate-happy-flow": _scope("email", order=lambda names: names[::-1]),
    "oidcc-display-page": with_parameter(display="page"),
    "oidcc-display-popup": with_parameter(display="popup"),
    "oidcc-prompt-login": prompt_login,
    "oidcc-prompt-none-not-logged-in": prompt_none_not_logged_in,
    "oidcc-prompt-none-logged-in": prompt_none_logged_in,
    "oidcc-max-age-1": max_age_1,
    "oidcc-max-age-10000": max_age_10000,
    "oidcc-ensure-request-with-unknown-parameter-succeeds": with_parameter(extra="foobar"),
    "oidcc-id-token-hint": id_token_hint,
    "oidcc-login-hint": login_hint,
    "oidcc-ui-locales": with_parameter(ui_locales="se"),
    "oidcc-claims-locales": with_parameter(claims_locales="se"),
    "oidcc-ensure-request-with-acr-values-succeeds": acr_values,
    "oidcc-codereuse": codereuse,
    "oidcc-codereuse-30seconds": codereuse_30seconds,
    "oidcc-ensure-registered-redirect-uri": registered_redirect_uri,
    "oidcc-ensure-post-request-succeeds": post_request,
    "oidcc-server-client-secret-post": secret_post,
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": (
        unsigned_request_object
    ),
    "oidcc-claims-essential": claims_essential,
    "oidcc-ensure-request-object-with-redirect-uri": request_object_with_redirect_uri,
    "oidcc-refresh-token": refresh_token,
    "oidcc-ensure-request-with-valid-pkce-succeeds": valid_pkce,
}


def _signed_in(run: Run, happy: Happy) -> bool:
    """Whether a password was typed on the way."""
    with_password = {task.name for task in run.configuration.tasks if task.fields}
    return bool(with_password & set(happy.landed.asked))


def _same_session(run: Run, flow: Flow, first: Happy, **changes: str) -> None:
    run.let_pass(1)
    again = flow.happy(flow.request(**changes))
    run.check(not again.landed.asked, "nothing is asked")
    for name in ("sub", "auth_time"):
        same = first.claims.get(name) == again.claims.get(name)
        run.check(same, f"{name} is the same as at first")


def _error_page(run: Run, page: Any, url: str) -> None:
    if run.check(page is not None, f"an error page, no redirect to {url.partition('?')[0]}"):
        run.check(page.status_code >= 400, "the error page is one")


def _request_object(flow: Flow, params: dict[str, str]) -> str:
    issuer = flow.metadata["issuer"]
    return unsigned({**params, "iss": flow.client.client_id, "aud": issuer})


def _with_refresh_token(run: Run, flow: Flow) -> tuple[Happy, dict[str, str]]:
    supported = flow.metadata.get("scopes_supported", [])
    offline = "offline_access" in supported
    changes = {"scope": "openid offline_access", "prompt": "consent"} if offline else {}
    params = flow.request(**changes)
    happy = flow.happy(params)
    if "refresh_token" not in happy.tokens:
        raise Skipped("there is no refresh_token")
    grants = flow.metadata.get("grant_types_supported", [])
    run.advise("refresh_token" in grants, "grant_types_supported has refresh_token")
    return happy, params


def _refreshed(run: Run, flow: Flow, happy: Happy, **extra: str) -> str:
    """Refreshes once and checks everything; returns the newest refresh token."""
    first = happy.tokens["refresh_token"]
    checks.random_enough(run, first, "the refresh token")
    run.let_pass(1)
    form = {"grant_type": "refresh_token", "refresh_token": first}
    tokens = flow.tokens(flow.post_token(**form, **extra))
    run.check(tokens["access_token"] != happy.access_token, "the access token is a new one")
    newest = tokens.get("refresh_token", first)
    checks.random_enough(run, newest, "the new refresh token")
    if "id_token" in tokens:
        asked = happy.claims.get("nonce") if _has_nonce(flow, tokens) else None
        claims = flow.claims(tokens, asked)
        for name in ("iss", "sub", "aud", "azp", "auth_time"):
            same = claims.get(name) == happy.claims.get(name)
            run.check(same, f"{name} of the refreshed id_token is the first's")
        run.check(claims["iat"] != happy.claims["iat"], "iat of the refreshed id_token is new")
    answer = flow.userinfo(tokens["access_token"])
    run.check(answer.status_code == 200, "userinfo answers 200 to the refreshed access token")
    return str(newest)


def _has_nonce(flow: Flow, tokens: dict[str, Any]) -> bool:
    """A refreshed id_token need not have the nonce; if it has, it is the first's."""
    return "nonce" in jwt.decode(tokens["id_token"], flow.keys, algorithms=["RS256"]).claims

"""/authorize: answers in their published order, refusals where they belong, questions that bind."""

from dataclasses import replace
from typing import Never

import pytest

from tests.kernel.passing import Passing
from workswith.identity.errors import OAuthError
from workswith.identity.interaction import Interaction
from workswith.identity.sessions import Session
from workswith.identity.settings import Settings
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import HOUR, MINUTE, SECOND

from .conftest import CALLBACK, FORM, ORIGIN, Build, World, plain, query_of, without

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


async def ask(world: World, who: Session | None = None, /, **changes: str | None) -> str:
    """The address of the redirect."""
    params = {**world.params, **changes}
    asked = {name: value for name, value in params.items() if value is not None}
    return (await world.area.authorize.decide(asked, who or world.session)).url


async def refused(world: World, **changes: str | None) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        await ask(world, **changes)
    return caught.value


async def test_the_answer_is_iss_code_state_and_nothing_after(world: World) -> None:
    url = (await world.allow()).url
    issuer = f"https%3A%2F%2Flogin.example.test%2F{world.application.client_id}"
    head, _, tail = url.partition("&code=")
    code, _, state = tail.partition("&state=")
    assert head == f"{CALLBACK}?iss={issuer}"
    assert len(code) == 43
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert state == "opaque"


async def test_the_query_of_a_reply_url_is_kept(world: World) -> None:
    url = (await world.allow(redirect_uri="http://localhost:8123/auth?kept=1")).url
    assert url.startswith("http://localhost:8123/auth?kept=1&iss=")


@pytest.mark.parametrize(
    "state",
    [
        "mqttbinding:a:b:c",
        "a b+c%20d&code=evil&iss=evil#fragment",
        "\r\nSet-Cookie: evil=1\r\n\r\n<script>",
        "é€😀",
        "x" * 4096,
        "eyJhbGciOiJIUzI1NiJ9.eyJmbG93X2lkIjoiMSJ9.c2lnbmF0dXJl",
    ],
)
async def test_a_state_comes_back_unchanged_and_adds_nothing(world: World, state: str) -> None:
    url = (await world.allow(state=state)).url
    assert list(query_of(url)) == ["iss", "code", "state"]
    assert query_of(url)["state"] == state
    assert url.isascii()
    assert not set("\r\n#<> ") & set(url)


async def test_without_a_state_the_answer_has_none(world: World) -> None:
    await world.allow()
    assert list(query_of(await ask(world, state=None))) == ["iss", "code"]


LOCAL: list[tuple[dict[str, str | None], int, str]] = [
    ({"client_id": None}, 400, "invalid_request"),
    ({"client_id": "nobody"}, 401, "invalid_client"),
    ({"client_id": "with\0nul"}, 400, "invalid_request"),
    ({"redirect_uri": None}, 400, "invalid_request"),
    ({"redirect_uri": CALLBACK.rstrip("/")}, 400, "invalid_request"),
    ({"redirect_uri": f"{CALLBACK}?x=1"}, 400, "invalid_request"),
    ({"redirect_uri": f"{CALLBACK}#x"}, 400, "invalid_request"),
    ({"redirect_uri": CALLBACK.upper()}, 400, "invalid_request"),
    ({"redirect_uri": CALLBACK.replace("https", "http")}, 400, "invalid_request"),
    ({"redirect_uri": CALLBACK.replace("//", "//evil@")}, 400, "invalid_request"),
    ({"redirect_uri": f"{CALLBACK}../evil"}, 400, "invalid_request"),
    ({"redirect_uri": f"{CALLBACK}%0d%0aSet-Cookie:x"}, 400, "invalid_request"),
    ({"redirect_uri": f"https://evil.test/?{CALLBACK}"}, 400, "invalid_request"),
    ({"redirect_uri": f"{CALLBACK[:-1]}.evil.test/"}, 400, "invalid_request"),
    ({"redirect_uri": "javascript:alert(1)"}, 400, "invalid_request"),
    ({"redirect_uri": "data:text/html,x"}, 400, "invalid_request"),
    ({"redirect_uri": "//evil.test"}, 400, "invalid_request"),
    ({"redirect_uri": "https://[::1"}, 400, "invalid_request"),
    ({"extra": "x" * 20_000}, 400, "invalid_request"),
    ({"extra": "\udcff"}, 400, "invalid_request"),
]


async def test_a_bad_client_or_reply_url_never_redirects(world: World) -> None:
    for changes, status, name in LOCAL:
        error = await refused(world, **changes)
        assert (error.status, error.error, error.redirect_to) == (status, name, ""), changes


async def test_the_published_body_for_another_reply_url(world: World) -> None:
    error = await refused(world, redirect_uri='https://evil.test"<script>/')
    assert error.body() == (
        b'{"error":"invalid_request","error_description":"The reply url host eviltestscript '
        b"doesn't match with the ones configured on the application\"}"
    ).replace(b"eviltestscript", b"evil.testscript")
    error = await refused(world, redirect_uri="https://www.mycompany.com/callback")
    assert error.description == (
        "The reply url host www.mycompany.com doesn't match with the ones configured on the "
        "application"
    )


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_what_decides_the_redirect_may_not_stand_there_twice(world: World, name: str) -> None:
    pairs = [*world.params.items(), (name, world.params[name])]
    with pytest.raises(OAuthError) as caught:
        await world.area.authorize.decide(pairs, world.session)
    assert (caught.value.error, caught.value.redirect_to) == ("invalid_request", "")


REDIRECTED: list[tuple[dict[str, str | None], str]] = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": ""}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"scope": "no.such.scope"}, "invalid_scope"),
    ({"scope": "light.read"}, "invalid_scope"),
    ({"code_challenge": CHALLENGE}, "invalid_request"),
    ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
    ({"code_challenge_method": "S256"}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "nonsense"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"max_age": "٣"}, "invalid_request"),
    ({"nonce": "x" * 1025}, "invalid_request"),
    ({"request": "x.y.z"}, "request_not_supported"),
    ({"request_uri": "https://x.test/"}, "request_uri_not_supported"),
    ({"registration": "{}"}, "registration_not_supported"),
]


async def test_other_refusals_go_back_to_the_application(world: World) -> None:
    for changes, name in REDIRECTED:
        error = await refused(world, **changes)
        assert error.redirect_to.startswith(f"{CALLBACK}?iss=https%3A%2F%2F"), changes
        answer = query_of(error.redirect_to)
        assert list(answer) == ["iss", "error", "error_description", "state"]
        assert answer["iss"] == f"{ORIGIN}/{world.application.client_id}"
        assert (answer["error"], answer["state"]) == (name, "opaque"), changes
        assert all(" " <= char <= "~" and char not in '"\\' for char in answer["error_description"])


async def test_a_state_that_is_too_long_is_not_sent_back(world: World) -> None:
    error = await refused(world, state="x" * 4097)
    assert list(query_of(error.redirect_to)) == ["iss", "error", "error_description"]


async def test_other_repeated_parameters_are_refused_by_redirect(world: World) -> None:
    with pytest.raises(OAuthError) as caught:
        await world.area.authorize.decide(
            [*world.params.items(), ("state", "another")], world.session
        )
    answer = query_of(caught.value.redirect_to)
    assert answer["error"] == "invalid_request"
    assert "state" not in answer


async def test_unknown_and_empty_parameters_are_ignored(world: World) -> None:
    await world.allow()
    await ask(world, extra="foobar", nonce="", scope="", acr_values="1", claims_locales="fr")


async def test_an_application_that_waits_for_approval_is_unauthorized(
    world: World, build: Build
) -> None:
    manual = build(world.database, Settings(approve_applications="manual"), Broadcast())
    waiting, _ = await manual.applications.create(world.developer.id, FORM)
    with pytest.raises(OAuthError) as caught:
        await world.area.authorize.decide(plain(waiting), world.session)
    assert query_of(caught.value.redirect_to)["error"] == "unauthorized_client"
    await manual.applications.requests.approve(waiting.client_id)
    with pytest.raises(Interaction):
        await world.area.authorize.decide(plain(waiting), world.session)
    manual.close()


async def test_nobody_is_asked_to_sign_in_and_then_goes_on(world: World) -> None:
    with pytest.raises(Interaction) as asked:
        await world.area.authorize.decide({**world.params, "login_hint": "ada"}, None)
    assert (asked.value.kind, asked.value.login_hint) == ("login", "ada")
    with pytest.raises(Interaction) as then:
        await world.area.authorize.decide(query_of(f"?{asked.value.resume}"), world.session)
    assert then.value.kind == "consent"


async def test_consent_is_asked_once_and_again_when_the_scopes_change(world: World) -> None:
    with pytest.raises(Interaction) as asked:
        await ask(world)
    assert asked.value.kind == "consent"
    assert asked.value.application.name == "Warm Home"
    assert {"comfort.read", "comfort.write"} <= set(asked.value.scopes)
    await world.allow()
    await ask(world)
    changed = replace(FORM, scopes=("comfort.read",))
    await world.area.applications.update(world.developer.id, world.application.client_id, changed)
    with pytest.raises(Interaction):
        await ask(world)
    await world.allow()
    await ask(world)


async def test_denial_is_answered_word_for_word(world: World) -> None:
    with pytest.raises(Interaction) as asked:
        await ask(world)
    url = (
        await world.area.authorize.deny(asked.value.params, world.session, asked.value.ticket)
    ).url
    issuer = f"https%3A%2F%2Flogin.example.test%2F{world.application.client_id}"
    assert url == (
        f"{CALLBACK}?iss={issuer}&error=access_denied"
        "&error_description=Access%20denied%20by%20user&state=opaque"
    )
    with pytest.raises(Interaction):
        await ask(world)


async def test_no_prompt_is_answered_with_what_is_required(world: World) -> None:
    with pytest.raises(OAuthError) as caught:
        await world.area.authorize.decide({**world.params, "prompt": "none"}, None)
    assert query_of(caught.value.redirect_to)["error"] == "login_required"
    assert query_of((await refused(world, prompt="none")).redirect_to)["error"] == (
        "consent_required"
    )
    await world.allow()
    assert "code" in query_of(await ask(world, prompt="none"))


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "60"}, {"max_age": "0"}])
async def test_a_new_sign_in_can_be_demanded_and_not_skipped(
    world: World, changes: dict[str, str]
) -> None:
    await world.allow()
    world.clock.jump(world.clock.now() + HOUR)
    with pytest.raises(Interaction) as asked:
        await ask(world, **changes)
    assert asked.value.kind == "login"
    resumed = query_of(f"?{asked.value.resume}")
    with pytest.raises(Interaction) as again:
        await world.area.authorize.decide(resumed, world.session)
    assert again.value.kind == "login", "reloading is not signing in"
    world.clock.jump(world.clock.now() + 5 * SECOND)
    fresh = await world.sign_in()
    assert "code" in query_of((await world.area.authorize.decide(resumed, fresh)).url)
    other = {**resumed, "nonce": "another request"}
    with pytest.raises(Interaction):
        await world.area.authorize.decide({**other, "max_age": "0"}, fresh)


async def test_within_max_age_nobody_signs_in_again(world: World) -> None:
    await world.allow()
    world.clock.jump(world.clock.now() + MINUTE)
    assert "code" in query_of(await ask(world, max_age="10000"))


async def test_a_consent_can_be_demanded(world: World) -> None:
    await world.allow()
    with pytest.raises(Interaction) as asked:
        await ask(world, prompt="consent")
    assert asked.value.kind == "consent"


async def test_a_consent_form_is_good_for_one_person_request_and_scope_only(world: World) -> None:
    """Consent fixation: nobody consents with a form that was shown to somebody else."""
    with pytest.raises(Interaction) as asked:
        await ask(world)
    params, ticket = asked.value.params, asked.value.ticket
    allow = world.area.authorize.allow
    other = await world.sign_in(world.developer)
    elsewhere = await world.sign_in()
    for who, changed, value in [
        (other, params, ticket),
        (elsewhere, params, ticket),
        (world.session, [*without(dict(params), "state").items(), ("state", "evil")], ticket),
        (world.session, params, ""),
        (world.session, params, "1.2.3"),
        (world.session, params, f"{ticket}x"),
        (None, params, ticket),
    ]:
        with pytest.raises(Interaction):
            await allow(changed, who, value)
    with pytest.raises(OAuthError) as caught:
        await allow([*params, ("redirect_uri", "https://evil.test/")], world.session, ticket)
    assert not caught.value.redirect_to
    moved = {**dict(params), "redirect_uri": "https://evil.test/"}
    with pytest.raises(OAuthError) as caught:
        await allow(moved, world.session, ticket)
    assert not caught.value.redirect_to
    world.clock.jump(world.clock.now() + HOUR + 1)
    with pytest.raises(Interaction):
        await allow(params, world.session, ticket)


async def test_scopes_that_change_under_a_consent_form_are_asked_again(world: World) -> None:
    with pytest.raises(Interaction) as asked:
        await ask(world)
    more = replace(FORM, scopes=("comfort.read", "light.write"))
    await world.area.applications.update(world.developer.id, world.application.client_id, more)
    with pytest.raises(Interaction) as again:
        await world.area.authorize.allow(asked.value.params, world.session, asked.value.ticket)
    assert "light.write" in again.value.scopes


async def test_pkce_is_verified_and_cannot_be_dropped_or_added(world: World) -> None:
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    for verifier in (None, "x" * 43, CHALLENGE, VERIFIER + "x", "é" * 43):
        answer = await world.exchange(await world.code(**pkce), code_verifier=verifier)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert (
        await world.exchange(await world.code(**pkce), code_verifier=VERIFIER)
    ).status_code == 200
    without_challenge = await world.exchange(await world.code(), code_verifier=VERIFIER)
    assert without_challenge.json()["error"] == "invalid_grant"


async def test_an_application_can_require_pkce(world: World) -> None:
    strict = replace(FORM, pkce="required")
    await world.area.applications.update(world.developer.id, world.application.client_id, strict)
    assert query_of((await refused(world)).redirect_to)["error"] == "invalid_request"
    await world.allow(code_challenge=CHALLENGE, code_challenge_method="S256")


async def test_what_fails_inside_goes_back_as_server_error(world: World) -> None:
    """[OID-7] A closed database stands for whatever nobody foresaw."""
    await world.allow()

    class Broken(Passing):
        def __init__(self, failure: Exception) -> None:
            super().__init__(world.database)
            self.failure = failure

        async def write(self, *_: object, **__: object) -> Never:
            raise self.failure

    authorize = world.area.authorize
    for failure, name in [
        (RuntimeError("bug"), "server_error"),
        (ConnectionRefusedError(), "temporarily_unavailable"),
    ]:
        authorize._database = Broken(failure)
        with pytest.raises(OAuthError) as caught:
            await authorize.decide(world.params, world.session)
        assert query_of(caught.value.redirect_to)["error"] == name

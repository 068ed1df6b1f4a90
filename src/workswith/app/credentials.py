"""What a sandbox hands out: fresh tokens, and the document with everything to sign in with. [SBX-1]"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from workswith.identity.errors import OAuthError
from workswith.identity.interaction import Interaction
from workswith.identity.redirect import Redirect
from workswith.kernel import log
from workswith.kernel.problem import Kind, Problem
from workswith.sandbox import seed
from workswith.webhooks.tokens import DAYS, SCOPES

from .areas import Areas
from .routing import SANDBOX_PREFIX
from .shown_keys import shown

OWN_TOKEN = "workswith up"  # noqa: S105  its name
NO_TOKENS = {"access_token": "", "refresh_token": ""}
_log = log.get("app")


async def mint(
    areas: Areas, planted: seed.Seed, member: str = "end_user", scope: str = ""
) -> dict[str, Any]:
    """A fresh token pair for the seeded application and a seeded person, by the real code flow.

    ``member`` is a word of `seed.PEOPLE`, ``scope`` names some of the application's scopes, parted by
    spaces; empty is all. The consent of the home owner is needed as ever: once it is revoked, this
    is a `Problem`. The others, who were never asked, are taken to consent.
    """
    person = person_of(planted, member)
    if member != "end_user":
        await _let_consent(areas, planted, person.id)
    cookie = await areas.identity.sessions.open(person.id, user_agent="workswith")
    session = await areas.identity.sessions.of(cookie)
    try:
        redirect: Redirect = await areas.identity.authorize.decide(
            {
                "client_id": planted.client_id,
                "redirect_uri": seed.REPLY_URLS[0],
                "response_type": "code",
                "state": "workswith",
                **({"scope": scope} if scope else {}),
            },
            session,
        )
        code = parse_qs(urlsplit(redirect.url).query)["code"][0]
        return await areas.identity.tokens.answer(
            {"grant_type": "authorization_code", "code": code},
            planted.client_id,
            planted.client_secret,
        )
    except Exception as error:
        raise Problem(
            Kind.CONFLICT,
            "tokens_unavailable",
            "The home owner no longer consents to the sample application, it has changed, or it "
            "has no such scope.",
            debug=str(error),
        ) from error
    finally:
        await areas.identity.sessions.close(cookie)


async def sign_in(
    areas: Areas, planted: seed.Seed, url: str, member: str = "end_user", *, allow: bool = True
) -> str:
    """What a person does in a browser that an application has sent to ``/authorize``.

    Signs in, and allows or refuses where that is asked. Returns the address that they are sent back
    to. Raises `Problem` for a request that never comes back.
    """
    person, params = person_of(planted, member), dict(parse_qsl(urlsplit(url).query))
    sessions, authorize = areas.identity.sessions, areas.identity.authorize
    try:
        for _ in range(3):  # a request may want a new sign-in, and then consent
            cookie = await sessions.open(person.id, user_agent="workswith")
            session = await sessions.of(cookie)
            try:
                return (await authorize.decide(params, session)).url
            except Interaction as asked:
                params = dict(asked.params)
                if asked.kind == "consent":
                    answer = authorize.allow if allow else authorize.deny
                    return (await answer(params, session, asked.ticket)).url
                params = dict(parse_qsl(asked.resume))
    except OAuthError as error:
        if error.redirect_to:
            return error.redirect_to
        raise Problem(Kind.INVALID, error.error, error.description) from error
    raise Problem(Kind.CONFLICT, "sign_in_endless", "The request asks for a sign-in for ever.")


def person_of(planted: seed.Seed, member: str) -> seed.Person:
    """Raises `Problem` for a word that is not of `seed.PEOPLE`."""
    person = planted.people.get(member)
    if person is None:
        raise Problem(
            Kind.UNKNOWN, "person_unknown", "There is: " + ", ".join(planted.people) + "."
        )
    return person


async def _let_consent(areas: Areas, planted: seed.Seed, account_id: str) -> None:
    consents, database = areas.identity.consents, areas.kernel.database
    if await consents.live(database, account_id, planted.client_id) is None:
        developer = planted.people["developer"].id
        application = await areas.identity.applications.one(developer, planted.client_id)
        await database.write(consents.give, account_id, application, areas.kernel.clock.now())


async def notifications_token(areas: Areas, planted: seed.Seed) -> str:
    """That of the seeded application for the API Notifications; every start renews its time.

    It stays the same, as the client secret does, unless the sandbox is older than such tokens.
    """
    own = areas.webhooks.tokens
    for token in await own.of(planted.client_id):
        if token.name == OWN_TOKEN:
            await own.end(planted.client_id, token.id)
    _token, text = await own.make(
        planted.client_id, OWN_TOKEN, SCOPES, max(DAYS), text=planted.notifications_token
    )
    return text


async def document(
    areas: Areas, planted: seed.Seed, origin: str, authority_file: Path | None, *, tokens: bool
) -> dict[str, Any]:
    """What ``sandbox.json`` says; every start has ``tokens`` of its own, where they are wanted.

    ``origin`` is where the sandbox is on this machine: it is controlled there whatever its faces
    are called, so that its token never leaves for somebody else's server.
    """
    application = await areas.identity.applications.known(planted.client_id)
    minted: dict[str, Any] = NO_TOKENS
    own_token = ""
    if tokens and application is not None:
        own_token = await notifications_token(areas, planted)
    try:
        minted = await mint(areas, planted) if tokens else NO_TOKENS
    except Problem as problem:
        _log.warning("no tokens this time", reason=problem.detail)
    people = {
        member: {"email": person.email, "password": person.password}
        for member, person in planted.people.items()
    }
    return {
        "origins": {
            "portal": areas.kernel.origins.portal,
            "login": areas.kernel.origins.login,
            "api": areas.kernel.origins.api,
        },
        **({"ca_file": str(authority_file)} if authority_file else {}),
        **people,
        "subscription": await shown(areas, planted),
        "application": {
            "client_id": planted.client_id,
            "client_secret": planted.client_secret,
            "redirect_uris": list(application.reply_urls if application else ()),
            "notifications_token": own_token,
        },
        "tokens": {
            "access_token": minted["access_token"],
            "refresh_token": minted["refresh_token"],
        },
        "plants": [plant for plant in planted.plants if plant["api"] in seed.MAIN_APIS],
        "later_plants": [plant for plant in planted.plants if plant["api"] not in seed.MAIN_APIS],
        "sandbox": {
            "url": f"{origin}{SANDBOX_PREFIX}",
            "token": planted.token,
        },
    }

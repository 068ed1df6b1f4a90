"""One process of the login service on a database that others may share.

    python -m tests.login_process URL [FAMILIES]

With FAMILIES it first makes an account, an application and so many links. It prints one line of
JSON (``port``, and what it made), and serves /token until it is stopped.
"""

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvloop

from workswith.app import Areas, Kernel
from workswith.cli.serving import bind, serve
from workswith.identity.application import ApplicationForm
from workswith.identity.settings import Settings as Identity
from workswith.kernel.clock import Clock
from workswith.kernel.database import migrate, open_database, postgresql
from workswith.settings import Settings
from workswith.web.site.services import Origins

ORIGIN = "https://login.example.test"
CALLBACK = "https://client.example/callback"
PASSWORD = "a long enough secret"


async def plant(areas: Areas, families: int) -> dict[str, Any]:
    """Links of one home owner to one application, each through the whole code flow."""
    owner = await areas.identity.accounts.create(
        "developer", "dev@example.test", "Dora", "Develop", PASSWORD
    )
    user = await areas.identity.accounts.create(
        "end_user", "ada@example.test", "Ada", "Byron", PASSWORD
    )
    form = ApplicationForm(
        name="Warm Home",
        description="Keeps your home warm",
        vendor="Example Ltd",
        url="",
        reply_urls=(CALLBACK,),
        scopes=("comfort.read",),
        pkce="optional",
    )
    application, secret = await areas.identity.applications.create(owner.id, form)

    async def consent(tx: Any) -> None:
        await areas.identity.consents.give(tx, user.id, application, areas.kernel.clock.now())

    await areas.kernel.database.write(consent)
    session = await areas.identity.sessions.of(await areas.identity.sessions.open(user.id))
    params = {
        "client_id": application.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "1",
    }
    tokens = []
    for _ in range(families):
        landed = await areas.identity.authorize.decide(params, session)
        code = parse_qs(urlsplit(landed.url).query)["code"][0]
        answer = await areas.identity.tokens.answer(
            {"grant_type": "authorization_code", "code": code}, application.client_id, secret
        )
        tokens.append(answer["refresh_token"])
    return {
        "client_id": application.client_id,
        "client_secret": secret,
        "tokens": tokens,
        "email": user.email,
    }


async def main(url: str, families: int) -> None:
    postgresql.CONNECT_SECONDS = 90  # so many at once may wait on a busy machine
    if families:
        database = await open_database(url)
        await migrate(database, url)
        await database.close()
    cheap = Settings(identity=Identity(argon2_memory_kib=8, argon2_rounds=1))
    origins = Origins(ORIGIN, ORIGIN, ORIGIN)
    database = await open_database(url)
    areas = Areas(Kernel(cheap, database, Clock(), origins, bytes(range(32))))
    await areas.prepare()
    made = await plant(areas, families) if families else {}
    bound = bind("127.0.0.1", 0)
    document = json.dumps({"port": bound.getsockname()[1], **made})
    await serve(areas.login(), bound, ready=lambda: print(document, flush=True))  # noqa: T201
    await areas.close()


if __name__ == "__main__":
    try:
        uvloop.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
    except asyncio.CancelledError:
        pass

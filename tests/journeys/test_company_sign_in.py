"""The company's sign-in against a real provider: another cloud of this very program, over TLS. [ACC-3]"""

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

import httpx2
import msgspec
import pytest

from tests.cloud import Cloud
from tests.patience import WITHIN
from tests.person import Person, signed_in
from workswith.identity.account import Account
from workswith.identity.accounts import Accounts
from workswith.identity.federation import Federation
from workswith.identity.provider import Provider
from workswith.identity.settings import Settings
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Problem

pytestmark = pytest.mark.slow

CHEAP = Settings(argon2_memory_kib=8, argon2_rounds=1)


CALLBACK = "https://portal.example/signin/company/callback"


@pytest.fixture(scope="module")
def client(tls_cloud: Cloud) -> tuple[str, str]:
    """We as an application of that cloud, requested in its portal: client_id and secret."""
    person = signed_in(tls_cloud, "developer", "/applications/new")
    person.submit(
        person.form_with("name", "vendor"), name="Portal", description="Ours", vendor="We"
    )
    person.submit(person.form_with("reply_url"), ("go", "next"), reply_url=[CALLBACK])
    person.submit(person.form_to("/scopes"), ("go", "next"), scope=["profile", "email"])
    person.submit(person.form_to("/summary"))
    assert person.page is not None
    shown = re.findall(r'class="once".*?<code>([^<]+)</code>', person.page.text, re.DOTALL)
    return shown[0], shown[1]


@pytest.fixture
async def federation(
    tls_cloud: Cloud, database: Database, client: tuple[str, str]
) -> AsyncIterator[Federation]:
    settings = msgspec.structs.replace(
        CHEAP,
        federation_issuer=f"{tls_cloud.origin('login')}/{client[0]}",
        federation_client_id=client[0],
        federation_client_secret=client[1],
    )
    http = httpx2.AsyncClient(verify=tls_cloud.verify, timeout=WITHIN)
    made = Federation(database, Clock(), Ident(), Provider(Clock(), settings, http, CALLBACK))
    yield made
    await made.close()


@pytest.fixture
async def grown(database: Database) -> Account:
    """Somebody who had an account here before, under the address that they have at the company."""
    accounts = Accounts(database, Clock(), Ident(), CHEAP, Broadcast())
    return await accounts.create("developer", "before@example.com", "Be", "Fore", "some long words")


def visit(cloud: Cloud, url: str) -> dict[str, str]:
    """What the browser brings back after the sign-in at the company."""
    person = Person(cloud.verify, stop_at=CALLBACK)
    person.landed = ""
    person.open(url)
    who = cloud.document["end_user"]
    person.sign_in(who["email"], who["password"])
    if not person.landed:
        person.submit(person.form_with("ticket"), ("allow", "1"))
    return dict(parse_qsl(urlsplit(person.landed).query))


async def test_a_developer_arrives_and_comes_back_to_the_same_account(
    tls_cloud: Cloud, federation: Federation
) -> None:
    begun = await federation.begin("/applications")
    asked = dict(parse_qsl(urlsplit(begun.url).query))
    assert asked["code_challenge_method"] == "S256"
    assert asked["nonce"]
    answer = visit(tls_cloud, begun.url)
    with pytest.raises(Problem, match="federation_refused"):
        await federation.finish(answer, "the state of another browser", None)
    arrival = await federation.finish(answer, begun.state, None)
    assert arrival.account.email == tls_cloud.document["end_user"]["email"]
    assert (arrival.account.kind, arrival.return_to) == ("developer", "/applications")
    with pytest.raises(Problem, match="challenge_over"):
        await federation.finish(answer, begun.state, None)

    again = await federation.begin("/")
    second = await federation.finish(visit(tls_cloud, again.url), again.state, None)
    assert second.account.id == arrival.account.id


async def test_an_account_is_connected_by_its_owner_only(
    tls_cloud: Cloud, federation: Federation, grown: Account
) -> None:
    begun = await federation.begin("/account", grown.id)
    answer = visit(tls_cloud, begun.url)
    arrival = await federation.finish(answer, begun.state, grown.id)
    assert (arrival.account.id, arrival.connected) == (grown.id, True)
    assert await federation.connected(grown.id)
    await federation.disconnect(grown.id)
    assert await federation.connected(grown.id) is None
    # What was begun by one account is not finished by another, or by nobody.
    begun = await federation.begin("/account", grown.id)
    with pytest.raises(Problem, match="federation_refused"):
        await federation.finish(visit(tls_cloud, begun.url), begun.state, None)


async def test_an_answer_of_another_issuer_is_refused(
    tls_cloud: Cloud, federation: Federation
) -> None:
    """A mix-up. [RFC 9207]"""
    begun = await federation.begin("/")
    answer = visit(tls_cloud, begun.url) | {"iss": "https://attacker.example"}
    with pytest.raises(Problem, match="federation_refused"):
        await federation.finish(answer, begun.state, None)

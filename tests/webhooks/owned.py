"""A developer with one application, as identity makes them."""

from dataclasses import dataclass

from workswith.identity.accounts import Accounts
from workswith.identity.application import ApplicationForm
from workswith.identity.applications import Applications
from workswith.identity.settings import Settings
from workswith.kernel import mail
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident

EMAIL = "dev@cosy.example"
_CHEAP = Settings(argon2_memory_kib=8, argon2_rounds=1, password_threads=1)
_FORM = ApplicationForm(
    name="Cosy",
    description="It warms.",
    vendor="Cosy Ltd",
    url="https://cosy.example",
    reply_urls=("https://cosy.example/cb",),
    scopes=("comfort.read",),
)


@dataclass(frozen=True, slots=True)
class Owned:
    """``client_id`` is of the application, which belongs to ``owner_id``."""

    applications: Applications
    owner_id: str
    client_id: str


async def owned(database: Database, clock: Clock, ident: Ident, broadcast: Broadcast) -> Owned:
    accounts = Accounts(database, clock, ident, _CHEAP, broadcast)
    await accounts.sign_up(
        kind="developer",
        email=EMAIL,
        first_name="Dee",
        surname="Veloper",
        password="Tall-Purple-Giraffe-42",
        verify_url=lambda token: token,
    )
    owner = (await accounts.verify((await mail.latest(database, EMAIL))[0].link)).account
    applications = Applications(database, clock, ident, _CHEAP, broadcast)
    application, _ = await applications.create(owner.id, _FORM)
    return Owned(applications, owner.id, application.client_id)

"""Invitations to share a home: to an address, whether or not it has an account. [END-1]

Nobody learns from an invitation who has an account here: it waits for whoever signs in with that
address, confirmed, and says yes. Accounts are not known here; pages bring the address with them.
"""

from dataclasses import dataclass

from workswith.devices.plants import members_of, owned_plant, share_plant, unknown
from workswith.kernel import mail
from workswith.kernel.clock import DAY
from workswith.kernel.database import Tx, query, statement
from workswith.kernel.problem import Kind, Problem

from .workshop import Workshop

VALID = 7 * DAY
_ADDRESS_LENGTH = 254


@dataclass(frozen=True, slots=True)
class Invitation:
    """``plant`` is the name of the home."""

    id: str
    plant_id: str
    plant: str
    owner_id: str
    email: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Letter:
    """The mail that tells of it, in the words of whoever invites."""

    subject: str
    text: str
    link: str


_COLUMNS = "i.id, i.plant_id, p.name, p.owner_id, i.email, i.expires_at"
_FROM = "home_invitations i JOIN plants p ON p.id = i.plant_id"
_OF_PLANT = query(
    Invitation,
    f"SELECT {_COLUMNS} FROM {_FROM} WHERE i.plant_id = :plant_id AND p.owner_id = :owner_id "
    "AND i.expires_at > :now ORDER BY i.expires_at, i.id",
)
_TO = query(
    Invitation,
    f"SELECT {_COLUMNS} FROM {_FROM} WHERE i.email = :email AND i.expires_at > :now "
    "ORDER BY i.expires_at, i.id",
)
_ADD = statement(
    "INSERT INTO home_invitations (id, plant_id, email, expires_at) "
    "VALUES (:id, :plant_id, :email, :expires_at) "
    "ON CONFLICT (plant_id, email) DO UPDATE SET expires_at = excluded.expires_at"
)
_DROP = statement("DELETE FROM home_invitations WHERE id = :id AND email = :email")
_WITHDRAW = statement("DELETE FROM home_invitations WHERE id = :id AND plant_id = :plant_id")
_OVER = statement("DELETE FROM home_invitations WHERE expires_at <= :now")


class Invitations:
    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    async def of_plant(self, owner_id: str, plant_id: str) -> list[Invitation]:
        """Those that wait; empty for whoever does not own the plant."""
        return await self._shop.database.all(
            _OF_PLANT, owner_id=owner_id, plant_id=plant_id, now=self._shop.clock.now()
        )

    async def to(self, email: str) -> list[Invitation]:
        """Those that wait for the owner of a confirmed address."""
        return await self._shop.database.all(_TO, email=_normal(email), now=self._shop.clock.now())

    async def invite(self, owner_id: str, plant_id: str, email: str, letter: Letter) -> None:
        """Once more makes it wait longer, with another mail.

        Raises `Kind.UNKNOWN`, `Kind.INVALID` for what is no address, `Kind.CONFLICT`
        ``members_many``.
        """
        shop, email = self._shop, _normal(email)
        now = shop.clock.now()
        if not 3 <= len(email) <= _ADDRESS_LENGTH or "@" not in email[1:-1] or " " in email:
            raise Problem(Kind.INVALID, "email_invalid", "That is no e-mail address.", field="name")

        async def write(tx: Tx) -> None:
            await owned_plant(tx, owner_id, plant_id)
            await tx.run(_OVER, now=now)
            waiting = await tx.all(_OF_PLANT, owner_id=owner_id, plant_id=plant_id, now=now)
            there = len(await members_of(tx, owner_id, plant_id)) + len(waiting)
            if there >= shop.settings.members_per_home:
                raise Problem(Kind.CONFLICT, "members_many", "No more people can share one home.")
            await tx.run(
                _ADD,
                id=shop.ident.uuid(),
                plant_id=plant_id,
                email=email,
                expires_at=now + VALID,
            )
            await mail.post(
                tx,
                to=email,
                subject=letter.subject,
                text=letter.text,
                link=letter.link,
                now=now,
            )

        await shop.database.write(write)

    async def withdraw(self, owner_id: str, plant_id: str, invitation_id: str) -> None:
        """Raises `Kind.UNKNOWN` for a plant that is somebody else's."""

        async def write(tx: Tx) -> None:
            await owned_plant(tx, owner_id, plant_id)
            await tx.run(_WITHDRAW, id=invitation_id, plant_id=plant_id)

        await self._shop.database.write(write)

    async def accept(self, account_id: str, email: str, invitation_id: str) -> Invitation:
        """``email`` is the account's, confirmed. Raises `Kind.UNKNOWN`."""

        async def write(tx: Tx) -> Invitation:
            now = self._shop.clock.now()
            waiting = await tx.all(_TO, email=_normal(email), now=now)
            found = next((one for one in waiting if one.id == invitation_id), None)
            if found is None:
                raise unknown("invitation")
            await tx.run(_DROP, id=found.id, email=found.email)
            await share_plant(tx, found.owner_id, found.plant_id, account_id, now)
            return found

        return await self._shop.database.write(write)

    async def decline(self, email: str, invitation_id: str) -> None:
        async def write(tx: Tx) -> None:
            await tx.run(_DROP, id=invitation_id, email=_normal(email))

        await self._shop.database.write(write)


def _normal(email: str) -> str:
    return email.strip().lower()

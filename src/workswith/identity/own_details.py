"""What people change about their own account, confirmed by the current password. [ACC-4]

A new address replaces the old one when its owner opens the link that was sent there; the old one is
told. Whether somebody else has the new address is learnt by nobody but its owner.
"""

from datetime import UTC, datetime

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import HOUR, Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.words import languages

from . import account as rows
from . import audit, challenges, mail_links, mails, sessions
from .account import Account
from .accounts import Accounts, Link
from .emails import LONGEST_NAME, clean_line, normal_email
from .profile import Profile, keep
from .profile_rules import checked
from .settings import Settings

NEW_ADDRESS = "address"


class OwnDetails:
    """``current`` is the present password and ``address`` where the person is, for the throttle;
    every method that takes them raises INVALID ``password_wrong`` and THROTTLED.
    """

    def __init__(  # noqa: PLR0917 - what `app` hands over, in the order of every area
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        broadcast: Broadcast,
        accounts: Accounts,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._settings = settings
        self._broadcast = broadcast
        self._accounts = accounts

    async def rename(
        self, account_id: str, first_name: str, surname: str, current: str, address: str = ""
    ) -> Account:
        """Raises ``first_name_…``, ``surname_…``."""
        first_name = clean_line(first_name, "first_name", LONGEST_NAME)
        surname = clean_line(surname, "surname", LONGEST_NAME)
        await self._accounts.proofs.confirm(account_id, current, address)

        async def write(tx: Tx) -> Account | None:
            now = self._clock.now()
            await audit.note(tx, "name_changed", now, account_id=account_id)
            return await tx.one(
                rows.RENAME, id=account_id, first_name=first_name, surname=surname, now=now
            )

        return _there(await self._database.write(write))

    async def ask_address(
        self, account_id: str, email: str, current: str, confirm_url: Link, address: str = ""
    ) -> None:
        """Sends the link to the new address. Raises ``email_invalid``, ``email_same``."""
        email = normal_email(email)
        owner = await self._accounts.proofs.confirm(account_id, current, address)
        if email == owner.email:
            raise Problem(
                Kind.INVALID, "email_same", "This is your address already.", field="email"
            )
        token = self._ident.secret()
        hours = self._settings.verify_link_hours

        async def write(tx: Tx) -> None:
            now = self._clock.now()
            holder = await tx.one(rows.BY_EMAIL, email=email)
            await mail_links.end(tx, account_id, NEW_ADDRESS, now)
            await mail_links.put(
                tx,
                token,
                account_id,
                NEW_ADDRESS,
                payload=email,
                now=now,
                expires_at=now + hours * HOUR,
            )
            await audit.note(tx, "email_asked", now, account_id=account_id)
            await mails.tell(tx, owner, mails.ADDRESS_ASKED, now)
            if holder:
                await mails.tell(tx, holder, mails.EXISTS, now)
            else:
                await mails.send(
                    tx,
                    email,
                    mails.NEW_ADDRESS,
                    now,
                    language=owner.language,
                    link=confirm_url(token),
                    name=owner.first_name,
                    hours=hours,
                )

        await self._database.write(write)

    async def waiting_address(self, token: str) -> str:
        """The new address that a link is for, without using it. Raises UNKNOWN ``link_invalid``."""
        link = await mail_links.look(self._database, token, NEW_ADDRESS, self._clock.now())
        return link.payload

    async def confirm_address(self, token: str) -> Account:
        """The new address is in force. Raises UNKNOWN ``link_invalid``."""

        async def write(tx: Tx) -> Account:
            now = self._clock.now()
            link = await mail_links.use(tx, token, NEW_ADDRESS, now)
            was = await rows.account_of(tx, link.account_id or "")
            moved = await tx.one(rows.MOVE, id=link.account_id, email=link.payload, now=now)
            if was is None or moved is None:
                raise Problem(Kind.UNKNOWN, "link_invalid", "This address can no longer be taken.")
            # Links in the mailbox that was given up lead nowhere any more.
            await mail_links.end(tx, moved.id, mail_links.RESET, now)
            await audit.note(tx, "email_changed", now, account_id=moved.id)
            await mails.tell(tx, was, mails.ADDRESS_CHANGED, now)
            return moved

        moved = await self._database.write(write)
        self._broadcast.send("account", moved.id)
        return moved

    async def change_password(
        self, account_id: str, password: str, current: str, session_id: str, address: str = ""
    ) -> None:
        """Signs every other browser out. Raises ``password_…``."""
        owner = await self._accounts.proofs.confirm(account_id, current, address)
        if password == current:
            raise Problem(
                Kind.INVALID, "password_same", "This is the present one.", field="password"
            )
        hashed = await self._accounts.hashed(password, owner.email)

        async def write(tx: Tx) -> None:
            now = self._clock.now()
            await tx.one(rows.PASSWORD, id=account_id, password_hash=hashed, now=now)
            await sessions.close_others(tx, account_id, session_id, now)
            await challenges.drop(tx, account_id)
            await mail_links.end(tx, account_id, mail_links.RESET, now)
            await audit.note(tx, "password_changed", now, account_id=account_id)
            await mails.tell(tx, owner, mails.CHANGED, now)

        await self._database.write(write)

    async def describe(
        self, account_id: str, profile: Profile, current: str, address: str = ""
    ) -> None:
        """What applications with identity scopes may learn. Raises ``…_invalid`` of a field."""
        today = datetime.fromtimestamp(self._clock.now() / 1000, UTC).date()
        profile = checked(profile, today)
        await self._accounts.proofs.confirm(account_id, current, address)

        async def write(tx: Tx) -> None:
            now = self._clock.now()
            await keep(tx, account_id, profile, now)
            await audit.note(tx, "profile_changed", now, account_id=account_id)

        await self._database.write(write)

    async def speak(self, account_id: str, language: str) -> None:
        """Mails come in ``language`` from now on. Raises INVALID ``language_unknown``."""
        if language not in languages():
            raise Problem(Kind.INVALID, "language_unknown", "There is no such language.")

        async def write(tx: Tx) -> None:
            await tx.run(rows.SPEAK, id=account_id, language=language)

        await self._database.write(write)


def _there(account: Account | None) -> Account:
    if account is None:
        raise Problem(Kind.UNKNOWN, "account_unknown", "There is no such account.")
    return account

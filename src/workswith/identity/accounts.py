"""Sign-up, verification, sign-in and lost passwords. [ACC-1 ACC-2 ACC-5 ACC-7]

Nothing here tells a stranger whether an address has an account: sign-up and lost password answer
the same, do the same work and write in both cases; only the owner of the mailbox learns more.
"""

from collections.abc import Callable

import msgspec

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import HOUR, MINUTE, Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident, digest
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.words import current

from . import account as rows
from . import audit, challenges, mail_links, mails, sessions
from .account import Account, AccountKind
from .emails import LONGEST_NAME, clean_line, normal_email
from .passwords import Passwords, check_password
from .proofs import Proofs
from .settings import Settings
from .sign_up import SignUp, Verified, Waiting

Link = Callable[[str], str]
"""Makes the address of a page from a token."""


class Accounts:
    """Every public method is one complete action; `Problem` codes are named at each."""

    def __init__(  # noqa: PLR0917 - what `app` hands over, in the order of every area
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        broadcast: Broadcast,
        passwords: Passwords | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._settings = settings
        self._broadcast = broadcast
        self._passwords = passwords or Passwords(settings)
        self.proofs = Proofs(database, clock, ident, settings, self._passwords)

    async def sign_up(  # noqa: PLR0917 - the fields of the form in their order
        self,
        kind: AccountKind,
        email: str,
        first_name: str,
        surname: str,
        password: str,
        verify_url: Link,
        *,
        browser: str = "",
    ) -> None:
        """Mails a link that verifies the address, or tells the owner of an account that has it.

        ``browser`` is a secret that the asking browser keeps, for `waiting` and `verify`.
        Raises ``email_invalid``, ``password_…``, ``first_name_…``, ``surname_…``.
        """
        email = normal_email(email)
        wish = await self._wish(kind, email, first_name, surname, password)
        wish = msgspec.structs.replace(wish, browser=digest(browser) if browser else "")
        await self._database.write(self._signed_up, email, wish, verify_url)

    async def create(
        self, kind: AccountKind, email: str, first_name: str, surname: str, password: str
    ) -> Account:
        """A verified account without mails, for operators and sandboxes. ``email_taken``."""
        email = normal_email(email)
        wish = await self._wish(kind, email, first_name, surname, password)
        wish = msgspec.structs.replace(wish, language="")  # nobody has said which they read

        async def write(tx: Tx) -> Account | None:
            return await self._insert(tx, email, wish, verified_at=self._clock.now())

        made = await self._database.write(write)
        if made is None:
            raise Problem(Kind.CONFLICT, "email_taken", "This address has an account.")
        return made

    async def waiting(self, token: str, browser: str = "") -> Waiting:
        """What a verification link is for, without using it. ``link_invalid``."""
        now = self._clock.now()
        link = await mail_links.look(self._database, token, mail_links.VERIFY, now)
        found = await rows.account_of(self._database, link.account_id or "")
        if found is None:
            raise _closed()
        return Waiting(found.email, SignUp.of(link.payload).came_from(browser))

    async def verify(self, token: str, browser: str = "") -> Verified:
        """Puts the sign-up of this link in force. ``link_invalid``."""

        async def write(tx: Tx) -> Verified:
            now = self._clock.now()
            link = await mail_links.use(tx, token, mail_links.VERIFY, now)
            assert link.account_id is not None  # noqa: S101 - a live link has one
            wish = SignUp.of(link.payload)
            verified = await tx.one(rows.VERIFY, id=link.account_id, now=now, **wish.columns())
            found = verified or await rows.account_of(tx, link.account_id)
            if found is None:
                raise _closed()
            await mail_links.end(tx, found.id, mail_links.VERIFY, now)
            if verified:
                await audit.note(tx, "account_verified", now, account_id=found.id)
            # What was chosen with another link does not sign in who follows this one.
            in_force = verified is not None and found.suspended_at is None
            return Verified(found, here=in_force and wish.came_from(browser))

        return await self._database.write(write)

    async def sign_in(self, email: str, password: str, address: str = "") -> Account:
        """``address`` is where the person is, for the throttle.

        Raises ``credentials_wrong``, THROTTLED ``tries_many``; ``email_unverified`` and
        ``account_suspended`` only if the password is right.
        """
        try:
            email = normal_email(email)
        except Problem:
            email = ""
        known = await self._database.one(rows.CREDENTIALS, email=email)
        if not await self.proofs.right(known, email, password, address) or known is None:
            raise Problem(
                Kind.UNAUTHENTICATED,
                "credentials_wrong",
                "The e-mail address or the password is wrong.",
            )
        if known.suspended_at is not None:
            raise Problem(
                Kind.FORBIDDEN,
                "account_suspended",
                "This account is suspended. The operator has told you why by mail.",
            )
        found = await rows.account_of(self._database, known.id)
        if found is None or found.verified_at is None:
            raise Problem(
                Kind.FORBIDDEN,
                "email_unverified",
                "Please confirm your e-mail address first, with the link that we have sent.",
            )
        if self._passwords.outdated(known.password_hash):
            await self._rehash(known, password)
        return found

    async def ask_reset(self, email: str, reset_url: Link) -> None:
        """Mails a link that lets the owner choose a new password; silent for anybody else.

        Raises only ``email_invalid``.
        """
        email = normal_email(email)
        await self._database.write(self._reset_asked, email, reset_url)

    async def look_at_reset(self, token: str) -> None:
        """Whether the link of a lost password works, without using it. ``link_invalid``."""
        await mail_links.look(self._database, token, mail_links.RESET, self._clock.now())

    async def reset(self, token: str, password: str) -> Account:
        """Sets the password and ends every session. ``link_invalid``, ``password_…``."""
        link = await mail_links.look(self._database, token, mail_links.RESET, self._clock.now())
        owner = await rows.account_of(self._database, link.account_id or "")
        check_password(password, owner.email if owner else "")
        hashed = await self._passwords.hash(password)
        changed = await self._database.write(self._reset, token, hashed)
        self._broadcast.send("account", changed.id)
        return changed

    @property
    def verify_link_hours(self) -> int:
        """How long the link of a sign-up works."""
        return self._settings.verify_link_hours

    async def get(self, account_id: str) -> Account | None:
        return await rows.account_of(self._database, account_id)

    async def by_email(self, email: str) -> Account | None:
        """For operators and sandboxes; pages never tell."""
        return await self._database.one(rows.BY_EMAIL, email=normal_email(email))

    def close(self) -> None:
        """Stops the threads."""
        self._passwords.close()

    async def hashed(self, password: str, email: str) -> str:
        """A new password as it is kept. Raises ``password_…``."""
        check_password(password, email)
        return await self._passwords.hash(password)

    async def _wish(
        self, kind: AccountKind, email: str, first_name: str, surname: str, password: str
    ) -> SignUp:
        if kind not in rows.KINDS:
            raise Problem(Kind.INVALID, "kind_unknown", "There is no such kind of account.")
        first_name = clean_line(first_name, "first_name", LONGEST_NAME)
        surname = clean_line(surname, "surname", LONGEST_NAME)
        check_password(password, email)
        hashed = await self._passwords.hash(password)
        return SignUp(kind, first_name, surname, hashed, current.get())

    async def _insert(
        self, tx: Tx, email: str, wish: SignUp, verified_at: int | None
    ) -> Account | None:
        return await tx.one(
            rows.INSERT,
            id=self._ident.uuid(),
            email=email,
            verified_at=verified_at,
            now=self._clock.now(),
            **wish.columns(),
        )

    async def _signed_up(self, tx: Tx, email: str, wish: SignUp, verify_url: Link) -> None:
        now = self._clock.now()
        made = await self._insert(tx, email, wish, verified_at=None)
        found = made or await tx.one(rows.BY_EMAIL, email=email)
        open_ = found is not None and found.verified_at is None
        token = self._ident.secret()
        hours = self._settings.verify_link_hours
        await mail_links.put(
            tx,
            token,
            found.id if found and open_ else None,
            mail_links.VERIFY,
            payload=msgspec.json.encode(wish).decode() if open_ else "",
            now=now,
            expires_at=now + hours * HOUR,
        )
        if open_:
            link = verify_url(token)
            name = wish.first_name
            await mails.send(
                tx,
                email,
                mails.VERIFY,
                now,
                language=wish.language,
                link=link,
                name=name,
                hours=hours,
            )
        elif found:
            await mails.tell(tx, found, mails.EXISTS, now)

    async def _reset_asked(self, tx: Tx, email: str, reset_url: Link) -> None:
        now = self._clock.now()
        found = await tx.one(rows.BY_EMAIL, email=email)
        token = self._ident.secret()
        link = reset_url(token)
        minutes = self._settings.reset_link_minutes
        if found:
            await mail_links.end(tx, found.id, mail_links.RESET, now)
        await mail_links.put(
            tx,
            token,
            found.id if found else None,
            mail_links.RESET,
            now=now,
            expires_at=now + minutes * MINUTE,
        )
        await audit.note(tx, "reset_asked", now, account_id=found.id if found else "")
        if found:
            await mails.tell(tx, found, mails.RESET, now, link=link, minutes=minutes)

    async def _reset(self, tx: Tx, token: str, hashed: str) -> Account:
        now = self._clock.now()
        link = await mail_links.use(tx, token, mail_links.RESET, now)
        changed = await tx.one(rows.PASSWORD, id=link.account_id, password_hash=hashed, now=now)
        if changed is None:
            raise _closed()
        await mail_links.end(tx, changed.id, mail_links.VERIFY, now)
        await sessions.close_all(tx, changed.id, now)
        await challenges.drop(tx, changed.id)
        await audit.note(tx, "password_reset", now, account_id=changed.id)
        await mails.tell(tx, changed, mails.CHANGED, now)
        return changed

    async def _rehash(self, known: rows.Credentials, password: str) -> None:
        hashed = await self._passwords.hash(password)

        async def write(tx: Tx) -> None:
            await tx.run(rows.REHASH, id=known.id, was=known.password_hash, password_hash=hashed)

        await self._database.write(write)


def _closed() -> Problem:
    """The account of a link is gone."""
    return Problem(Kind.UNKNOWN, "link_invalid", "This account has been closed.")

"""Applications: registered, edited, approved, deleted; their secrets. [APP-1…5]"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import DAY, Clock
from workswith.kernel.database import Database, Reads, Tx
from workswith.kernel.ident import Ident, digest
from workswith.kernel.problem import Kind, Problem

from . import application as rows
from . import audit, mails
from .account import account_of
from .application import TOPIC, Application, ApplicationForm, Logo, Secret, unknown
from .application_form import clean, media_type
from .application_requests import SET_REASON, Requests
from .emails import clean_line
from .settings import Settings

OnDelete = Callable[[Tx, str, int], Awaitable[None]]


class Applications:
    """Owners see their own only; each change is told on the topic ``application``."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        broadcast: Broadcast,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._settings = settings
        self._broadcast = broadcast
        self._on_delete: list[OnDelete] = []
        self.requests = Requests(database, clock, broadcast)
        """What waits for an operator."""

    def on_delete(self, listener: OnDelete) -> None:
        """``listener(tx, client_id, now)`` runs in the transaction that deletes."""
        self._on_delete.append(listener)

    @property
    def original_rotation_allowed(self) -> bool:
        """Whether the operator lets applications rotate as the original did."""
        return self._settings.original_rotation_allowed

    async def create(self, owner_id: str, form: ApplicationForm) -> tuple[Application, str]:
        """The application and its first client secret, which goes to the owner by mail as well;
        empty for one that proves itself without.

        Raises the problem of a field, or ``applications_many``.
        """
        return await self._database.write(self._create, owner_id, clean(form))

    async def of_owner(self, owner_id: str) -> list[Application]:
        return await self._database.all(rows.OF_OWNER, owner_id=owner_id)

    async def one(self, owner_id: str, client_id: str) -> Application:
        """``application_unknown`` for one that is not there or not the owner's."""
        return await _owned(self._database, owner_id, client_id)

    async def update(self, owner_id: str, client_id: str, form: ApplicationForm) -> Application:
        """Changed scopes are a request; approved, they make every user consent again. [APP-4]"""
        changed = await self._database.write(self._update, owner_id, client_id, clean(form))
        self._broadcast.send(TOPIC, client_id)
        return changed

    async def ask_again(self, owner_id: str, client_id: str) -> Application:
        """A refused application, changed as was asked, waits for the operator once more. [APP-5]

        Raises ``application_unknown``, CONFLICT ``application_decided``.
        """
        return await self._database.write(self._ask_again, owner_id, client_id)

    async def delete(self, owner_id: str, client_id: str) -> None:
        await self._database.write(self._delete, owner_id, client_id)
        self._broadcast.send(TOPIC, client_id)

    async def logo(self, client_id: str) -> Logo | None:
        """Public: the consent page shows it."""
        return await self._database.one(rows.LOGO, client_id=client_id)

    async def known(self, client_id: str) -> Application | None:
        """Whoever owns it, for the consent page and the protocol."""
        return await self._database.one(rows.ANYBODYS, client_id=client_id)

    async def secrets(self, owner_id: str, client_id: str) -> list[Secret]:
        """Without their values, oldest first."""
        await self.one(owner_id, client_id)
        return await self._database.all(rows.SECRETS, client_id=client_id)

    async def add_secret(
        self, owner_id: str, client_id: str, label: str = ""
    ) -> tuple[Secret, str]:
        """A further secret and its value. ``secrets_many``."""
        label = clean_line(label, "label", 100, required=False)
        added = await self._database.write(self._add_secret, owner_id, client_id, label)
        self._broadcast.send(TOPIC, client_id)
        return added

    async def delete_secret(self, owner_id: str, client_id: str, secret_id: str) -> None:
        """``secret_unknown``."""
        await self._database.write(self._drop_secret, owner_id, client_id, secret_id)
        self._broadcast.send(TOPIC, client_id)

    async def delete_all(self, tx: Tx, owner_id: str) -> list[str]:
        """When an account is closed. Whoever calls it then tells the topic ``application`` the ids
        that come back.
        """
        every = [one.client_id for one in await tx.all(rows.OF_OWNER, owner_id=owner_id)]
        for client_id in every:
            await self._delete(tx, owner_id, client_id)
        return every

    async def _create(
        self, tx: Tx, owner_id: str, form: ApplicationForm
    ) -> tuple[Application, str]:
        now = self._clock.now()
        await tx.run(rows.HOLD_OWNER, owner_id=owner_id)
        owner = await account_of(tx, owner_id)
        if owner is None:
            raise Problem(Kind.UNKNOWN, "account_unknown", "There is no such account.")
        if (await tx.one(rows.COUNT, owner_id=owner_id) or 0) >= (
            self._settings.applications_per_owner
        ):
            raise Problem(
                Kind.CONFLICT,
                "applications_many",
                f"At most {self._settings.applications_per_owner} applications, please.",
            )
        automatic = self._settings.approve_applications == "automatic"
        made = await tx.one(
            rows.INSERT,
            client_id=self._ident.uuid(),
            owner_id=owner_id,
            state="approved" if automatic else "pending",
            logo_type=media_type(form.logo or b""),
            now=now,
            **_columns(form),
        )
        assert made is not None  # noqa: S101 - an INSERT … RETURNING gives a row or fails
        await _keep_logo(tx, made.client_id, form.logo)
        value = ""
        if made.authentication == "secret":
            _, value = await self._put_secret(tx, made.client_id, "first", now)
        await audit.note(
            tx, "application_created", now, account_id=owner_id, client_id=made.client_id
        )
        await mails.tell(
            tx,
            owner,
            mails.APPLICATION if automatic else mails.WAITING,
            now,
            application=made.name,
            client_id=made.client_id,
            client_secret=value or "-",
        )
        return made, value

    async def _update(
        self, tx: Tx, owner_id: str, client_id: str, form: ApplicationForm
    ) -> Application:
        now = self._clock.now()
        was = await _held(tx, owner_id, client_id)
        changes = _columns(form)
        wanted = form.scopes
        version, requested = was.scopes_version, None
        if wanted == was.scopes:
            pass
        elif self._settings.approve_applications == "automatic" or was.state != "approved":
            version += 1
            await audit.note(tx, "scopes_changed", now, account_id=owner_id, client_id=client_id)
        else:
            requested = " ".join(wanted)
            changes["scopes"] = " ".join(was.scopes)
            await audit.note(tx, "scopes_asked", now, account_id=owner_id, client_id=client_id)
        changed = await tx.one(
            rows.UPDATE,
            owner_id=owner_id,
            client_id=client_id,
            scopes_version=version,
            requested_scopes=requested,
            logo_type=was.logo_type if form.logo is None else media_type(form.logo),
            now=now,
            **changes,
        )
        if wanted != was.scopes and was.state == "approved":
            await tx.run(SET_REASON, client_id=client_id, reason="")  # it was of an earlier wish
        await _keep_logo(tx, client_id, form.logo)
        assert changed is not None  # noqa: S101 - read in the same transaction
        return changed

    async def _ask_again(self, tx: Tx, owner_id: str, client_id: str) -> Application:
        now = self._clock.now()
        await _held(tx, owner_id, client_id)
        asked = await tx.one(rows.ASK_AGAIN, owner_id=owner_id, client_id=client_id, now=now)
        if asked is None:
            raise Problem(Kind.CONFLICT, "application_decided", "This application was not refused.")
        await audit.note(
            tx, "application_sent_again", now, account_id=owner_id, client_id=client_id
        )
        return asked

    async def _delete(self, tx: Tx, owner_id: str, client_id: str) -> None:
        now = self._clock.now()
        await _owned(tx, owner_id, client_id)
        await tx.run(rows.DELETE, owner_id=owner_id, client_id=client_id, now=now)
        await tx.run(rows.DROP_SECRETS, client_id=client_id)
        await tx.run(rows.DROP_LOGO, client_id=client_id)
        await audit.note(tx, "application_deleted", now, account_id=owner_id, client_id=client_id)
        for listener in self._on_delete:
            await listener(tx, client_id, now)

    async def _add_secret(
        self, tx: Tx, owner_id: str, client_id: str, label: str
    ) -> tuple[Secret, str]:
        now = self._clock.now()
        await _held(tx, owner_id, client_id)
        most = self._settings.secrets_per_application
        if len(await tx.all(rows.SECRETS, client_id=client_id)) >= most:
            raise Problem(
                Kind.CONFLICT,
                "secrets_many",
                f"At most {most} secrets at a time.",
                hint="Delete one that is no longer in use.",
            )
        await audit.note(tx, "secret_added", now, account_id=owner_id, client_id=client_id)
        return await self._put_secret(tx, client_id, label, now)

    async def _put_secret(self, tx: Tx, client_id: str, label: str, now: int) -> tuple[Secret, str]:
        value = self._ident.secret()
        added = await tx.one(
            rows.ADD_SECRET,
            id=self._ident.uuid(),
            client_id=client_id,
            label=label,
            hash=digest(value),
            now=now,
            expires_at=now + self._settings.secret_days * DAY,
        )
        assert added is not None  # noqa: S101 - an INSERT … RETURNING gives a row or fails
        return added, value

    async def _drop_secret(self, tx: Tx, owner_id: str, client_id: str, secret_id: str) -> None:
        await _owned(tx, owner_id, client_id)
        if not await tx.run(rows.DROP_SECRET, client_id=client_id, secret_id=secret_id):
            raise Problem(Kind.UNKNOWN, "secret_unknown", "There is no such secret.")
        await audit.note(
            tx, "secret_deleted", self._clock.now(), account_id=owner_id, client_id=client_id
        )


async def _owned(reads: Reads, owner_id: str, client_id: str) -> Application:
    found = await reads.one(rows.ONE, owner_id=owner_id, client_id=client_id)
    if found is None:
        raise unknown()
    return found


async def _held(tx: Tx, owner_id: str, client_id: str) -> Application:
    """The owner's application as it stays until this transaction ends."""
    await tx.run(rows.HOLD, client_id=client_id)
    return await _owned(tx, owner_id, client_id)


async def _keep_logo(tx: Tx, client_id: str, logo: bytes | None) -> None:
    if logo:
        await tx.run(rows.PUT_LOGO, client_id=client_id, media_type=media_type(logo), data=logo)
    elif logo is not None:
        await tx.run(rows.DROP_LOGO, client_id=client_id)


def _columns(form: ApplicationForm) -> dict[str, Any]:
    columns = asdict(form)
    del columns["logo"]
    columns["post_logout_urls"] = "\n".join(form.post_logout_urls)
    columns["reply_urls"] = "\n".join(form.reply_urls)
    columns["scopes"] = " ".join(form.scopes)
    return columns

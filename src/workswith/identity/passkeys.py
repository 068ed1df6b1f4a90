"""Passkeys: registration and sign-in by WebAuthn Level 3. [ACC-7]

A passkey that verifies its owner (fingerprint, face, PIN) signs in by itself and counts as two
factors; after a password it serves as the second. The challenge is ours, random and used once; the
origin is the portal's; attestation is not asked for, since nobody here trusts one maker over
another. A signature counter that goes back betrays a copy: the sign-in is refused and noted.
"""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from workswith.kernel.brand import brand_name
from workswith.kernel.clock import MINUTE, Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident, b64url
from workswith.kernel.problem import Kind, Problem

from . import audit, challenges, mails, throttle
from .account import Account, account_of
from .emails import clean_line
from .throttle import Throttle, counter

PATIENCE = 5 * MINUTE
MOST = 20


@dataclass(frozen=True, slots=True)
class Passkey:
    """``kept``: ``synced`` between devices of its owner, or ``device``."""

    id: str
    label: str
    kept: str
    created_at: int
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class _Stored:
    id: str
    account_id: str
    public_key: bytes
    signatures: int
    kept: str


_OF_ACCOUNT = query(
    Passkey,
    "SELECT id, label, kept, created_at, last_used_at FROM passkey "
    "WHERE account_id = :account_id ORDER BY created_at, id",
)
_STORED = query(
    _Stored, "SELECT id, account_id, public_key, signatures, kept FROM passkey WHERE id = :id"
)
_ADD = statement(
    "INSERT INTO passkey (id, account_id, label, public_key, signatures, kept, created_at) "
    "VALUES (:id, :account_id, :label, :public_key, :signatures, :kept, :now) "
    "ON CONFLICT (id) DO NOTHING"
)
_USED = statement(
    "UPDATE passkey SET signatures = :signatures, last_used_at = :now WHERE id = :id "
    "AND signatures = :was"
)
_REMOVE = statement("DELETE FROM passkey WHERE account_id = :account_id AND id = :id")
_FORGET = statement("DELETE FROM passkey WHERE account_id = :account_id")


class Passkeys:
    """``origin`` is the portal's; its host is what passkeys are bound to."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        throttle: Throttle,
        *,
        origin: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._throttle = throttle
        self._origin = origin
        self._host = urlsplit(origin).hostname or "localhost"

    async def of_account(self, account_id: str) -> list[Passkey]:
        return await self._database.all(_OF_ACCOUNT, account_id=account_id)

    async def creation(self, account: Account) -> str:
        """The options for ``navigator.credentials.create``, as JSON."""
        known = await self.of_account(account.id)
        challenge = await self._challenge(account.id)
        webauthn = _library()
        structs = webauthn.helpers.structs
        options: str = webauthn.options_to_json(
            webauthn.generate_registration_options(
                rp_id=self._host,
                rp_name=await brand_name(self._database),
                user_id=account.id.encode(),
                user_name=account.email,
                user_display_name=account.name,
                challenge=challenge,
                authenticator_selection=structs.AuthenticatorSelectionCriteria(
                    resident_key=structs.ResidentKeyRequirement.REQUIRED,
                    user_verification=structs.UserVerificationRequirement.PREFERRED,
                ),
                exclude_credentials=[
                    structs.PublicKeyCredentialDescriptor(id=_raw(passkey.id)) for passkey in known
                ],
            )
        )
        return options

    async def add(self, account: Account, answer: str, label: str) -> None:
        """Keeps the credential that the browser made. Raises INVALID ``passkey_wrong``, CONFLICT."""
        label = clean_line(label, "label", 60, required=False) or "Passkey"
        challenge = await self._answered(answer, account.id)
        webauthn = _library()
        try:
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
            )
        except (
            webauthn.helpers.exceptions.WebAuthnException,
            ValueError,
            KeyError,
            TypeError,
        ) as error:
            raise _wrong(str(error)) from error
        if len(await self.of_account(account.id)) >= MOST:
            raise Problem(Kind.CONFLICT, "passkeys_many", f"At most {MOST} passkeys, please.")

        async def write(tx: Tx) -> int:
            now = self._clock.now()
            added = await tx.run(
                _ADD,
                id=b64url(made.credential_id),
                account_id=account.id,
                label=label,
                public_key=made.credential_public_key,
                signatures=made.sign_count,
                kept="synced" if made.credential_backed_up else "device",
                now=now,
            )
            if added:
                await audit.note(tx, "passkey_added", now, account_id=account.id)
                await mails.tell(tx, account, mails.PASSKEY_ADDED, now)
            return added

        if not await self._database.write(write):
            raise Problem(Kind.CONFLICT, "passkey_known", "This passkey is registered already.")

    async def remove(self, account: Account, passkey_id: str) -> None:
        """Raises UNKNOWN ``passkey_unknown``, for somebody else's as well."""

        async def write(tx: Tx) -> None:
            now = self._clock.now()
            if not await tx.run(_REMOVE, account_id=account.id, id=passkey_id):
                raise Problem(Kind.UNKNOWN, "passkey_unknown", "There is no such passkey.")
            await audit.note(tx, "passkey_removed", now, account_id=account.id)

        await self._database.write(write)

    async def request(self, account_id: str | None = None) -> str:
        """The options for ``navigator.credentials.get``; without an account the browser offers what
        it has, and nobody learns whether an address has passkeys.
        """
        known = await self.of_account(account_id) if account_id else []
        webauthn = _library()
        structs = webauthn.helpers.structs
        options: str = webauthn.options_to_json(
            webauthn.generate_authentication_options(
                rp_id=self._host,
                challenge=await self._challenge(account_id),
                allow_credentials=[
                    structs.PublicKeyCredentialDescriptor(id=_raw(passkey.id)) for passkey in known
                ],
                user_verification=structs.UserVerificationRequirement.PREFERRED
                if account_id
                else structs.UserVerificationRequirement.REQUIRED,
            )
        )
        return options

    async def sign_in(
        self, answer: str, account_id: str | None = None, address: str = ""
    ) -> tuple[Account, str]:
        """The account and the ``amr`` of its new session.

        With ``account_id`` it is the second step of that account's sign-in. Raises INVALID
        ``passkey_wrong``, UNAUTHENTICATED ``challenge_over``, THROTTLED.
        """
        counters = [counter(throttle.PASSKEY, throttle.network(address))]
        await self._throttle.require(counters)
        challenge = await self._answered(answer, account_id)
        stored = await self._database.one(_STORED, id=str(_document(answer).get("id", "")))
        webauthn = _library()
        try:
            if stored is None or account_id not in (None, stored.account_id):
                raise _wrong("unknown credential")
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=stored.public_key,
                credential_current_sign_count=stored.signatures,
                require_user_verification=account_id is None,
            )
        except (
            webauthn.helpers.exceptions.WebAuthnException,
            ValueError,
            KeyError,
            TypeError,
            Problem,
        ) as error:
            await self._throttle.failed(counters)
            await self._note_refusal(stored, str(error))
            raise _wrong(str(error)) from error
        account = await account_of(self._database, stored.account_id)
        if account is None:
            raise _wrong("no account")

        async def write(tx: Tx) -> int:
            return await tx.run(
                _USED,
                id=stored.id,
                was=stored.signatures,
                signatures=verified.new_sign_count,
                now=self._clock.now(),
            )

        if not await self._database.write(write):
            raise _wrong("used elsewhere at the same moment")
        proof = "swk" if verified.credential_backed_up else "hwk"
        if account_id is not None:
            return account, f"pwd {proof} mfa"
        return account, f"{proof} user mfa"

    async def _note_refusal(self, stored: _Stored | None, why: str) -> None:
        if stored is None:
            return

        async def write(tx: Tx) -> None:
            await audit.note(
                tx,
                "passkey_refused",
                self._clock.now(),
                account_id=stored.account_id,
                detail=why[:200],
            )

        await self._database.write(write)

    async def _challenge(self, account_id: str | None) -> bytes:
        token = self._ident.secret()

        async def write(tx: Tx) -> None:
            until = self._clock.now() + PATIENCE
            await challenges.put(tx, token, account_id, challenges.PASSKEY, expires_at=until)

        await self._database.write(write)
        return token.encode()

    async def _answered(self, answer: str, account_id: str | None) -> bytes:
        """The challenge that the browser signed; ours, alive, made for the same, used up by this."""
        try:
            data = json.loads(_raw(str(_document(answer)["response"]["clientDataJSON"])))
            token = _raw(str(data["challenge"])).decode()
        except (ValueError, KeyError, TypeError) as error:
            raise _wrong(str(error)) from error

        async def write(tx: Tx) -> challenges.Challenge:
            return await challenges.take(tx, token, challenges.PASSKEY, self._clock.now())

        if (await self._database.write(write)).account_id != account_id:
            raise _wrong("a challenge for somebody else")
        return token.encode()


async def forget(tx: Tx, account_id: str) -> None:
    await tx.run(_FORGET, account_id=account_id)


def _document(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise _wrong(str(error)) from error
    if not isinstance(found, dict):
        raise _wrong("not an object")
    return found


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _wrong(debug: str = "") -> Problem:
    return Problem(Kind.INVALID, "passkey_wrong", "This passkey was not accepted.", debug=debug)


def _library() -> Any:
    """Loaded with the first passkey: it weighs as much as half of a start."""
    import webauthn  # noqa: PLC0415

    return webauthn

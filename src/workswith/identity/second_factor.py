"""The optional second factor: one-time passwords of an app, and codes for the day it is lost. [ACC-7]

RFC 6238 with the parameters that every app knows: SHA-1, six digits, 30 seconds. The step before and
the step after count as well; a step that was used never counts again, whoever sends it. The key is
kept sealed. Recovery codes have 80 random bits, are kept hashed, shown once and each used once.
"""

import base64
import secrets
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from pyotp import HOTP

from workswith.kernel.brand import brand_name
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import MINUTE, SECOND, Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident, digest, same
from workswith.kernel.problem import Kind, Problem

from . import audit, challenges, mails, throttle
from .account import Account, account_of
from .throttle import Counter, Throttle, counter

STEP = 30 * SECOND
DIGITS = 6
CODES = 10
PATIENCE = 10 * MINUTE
"""So long after the password the second factor may be given."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Factors:
    """``since``: when one-time passwords were confirmed, ``None`` without; ``codes``: unused ones."""

    since: int | None
    codes: int
    passkeys: int

    @property
    def wanted(self) -> bool:
        """Whether a password alone does not sign in. Passkeys without one-time passwords are
        another way in, not a second step.
        """
        return self.since is not None


@dataclass(frozen=True, slots=True)
class _Row:
    account_id: str
    sealed: bytes
    last_step: int
    confirmed_at: int | None


_FACTORS = query(
    Factors,
    "SELECT (SELECT confirmed_at FROM one_time_password WHERE account_id = :account_id), "
    "(SELECT count(*) FROM recovery_code WHERE account_id = :account_id), "
    "(SELECT count(*) FROM passkey WHERE account_id = :account_id)",
)
_OF = query(
    _Row,
    "SELECT account_id, sealed, last_step, confirmed_at FROM one_time_password "
    "WHERE account_id = :account_id",
)
_BEGIN = statement(
    "INSERT INTO one_time_password (account_id, sealed, last_step, created_at) "
    "VALUES (:account_id, :sealed, 0, :now) ON CONFLICT (account_id) DO UPDATE SET "
    "sealed = excluded.sealed, created_at = excluded.created_at, last_step = 0 "
    "WHERE one_time_password.confirmed_at IS NULL"
)
# Of two answers with one step, the second changes no row: that is the whole defence against replay.
_SPEND = statement(
    "UPDATE one_time_password SET last_step = :step, "
    "confirmed_at = COALESCE(confirmed_at, :now) "
    "WHERE account_id = :account_id AND last_step < :step"
)
_DROP = statement("DELETE FROM one_time_password WHERE account_id = :account_id")
_ADD_CODE = statement("INSERT INTO recovery_code (account_id, hash) VALUES (:account_id, :hash)")
_SPEND_CODE = statement("DELETE FROM recovery_code WHERE account_id = :account_id AND hash = :hash")
_DROP_CODES = statement("DELETE FROM recovery_code WHERE account_id = :account_id")


class SecondFactor:
    """Apps show the name of the programme beside the digits."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        cipher: Cipher,
        throttle: Throttle,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._cipher = cipher
        self._throttle = throttle

    async def factors(self, account_id: str) -> Factors:
        found = await self._database.one(_FACTORS, account_id=account_id)
        assert found is not None  # noqa: S101 - a SELECT without FROM gives a row
        return found

    async def begin(self, account_id: str) -> str:
        """A new key, in Base32, that counts once `confirm` has seen a digit row of it.

        Raises CONFLICT ``factor_exists``.
        """
        key = base64.b32encode(secrets.token_bytes(20)).decode()
        sealed = self._cipher.seal(key.encode(), _context(account_id))

        async def write(tx: Tx) -> int:
            now = self._clock.now()
            return await tx.run(_BEGIN, account_id=account_id, sealed=sealed, now=now)

        if not await self._database.write(write):
            raise Problem(Kind.CONFLICT, "factor_exists", "One-time passwords are in use already.")
        return key

    async def pending(self, account: Account) -> tuple[str, str]:
        """The key that waits for its confirmation, and its ``otpauth:`` address.

        Raises UNKNOWN ``factor_unknown``.
        """
        row = await self._database.one(_OF, account_id=account.id)
        if row is None or row.confirmed_at is not None:
            raise _unknown()
        key = self._open(row)
        brand = await brand_name(self._database)
        label = quote(f"{brand}:{account.email}")
        values = {"secret": key, "issuer": brand}
        return key, f"otpauth://totp/{label}?{urlencode(values, quote_via=quote)}"

    async def confirm(self, account: Account, code: str) -> list[str]:
        """Puts one-time passwords in force; the recovery codes come back, this once.

        Raises INVALID ``code_wrong``, UNKNOWN ``factor_unknown``, THROTTLED.
        """
        counters = self._counters(throttle.ONE_TIME, account.id, "confirm")
        await self._throttle.require(counters)
        row = await self._database.one(_OF, account_id=account.id)
        if row is None or row.confirmed_at is not None:
            raise _unknown()
        step = self._step(row, code)
        codes = [self._code() for _ in range(CODES)]

        async def write(tx: Tx) -> bool:
            now = self._clock.now()
            if not step or not await tx.run(_SPEND, account_id=account.id, step=step, now=now):
                return False
            await self._put_codes(tx, account.id, codes)
            await audit.note(tx, "second_factor_added", now, account_id=account.id)
            await mails.tell(tx, account, mails.FACTOR_ADDED, now)
            return True

        if not await self._database.write(write):
            await self._throttle.failed(counters)
            raise _wrong()
        await self._throttle.succeeded(counters)
        return codes

    async def new_codes(self, account: Account) -> list[str]:
        """Ten others; the earlier ones no longer work. Raises UNKNOWN ``factor_unknown``."""
        if not (await self.factors(account.id)).wanted:
            raise _unknown()
        codes = [self._code() for _ in range(CODES)]

        async def write(tx: Tx) -> None:
            await self._put_codes(tx, account.id, codes)
            await audit.note(tx, "recovery_codes_made", self._clock.now(), account_id=account.id)

        await self._database.write(write)
        return codes

    async def remove(self, account: Account) -> None:
        """The password alone signs in again."""

        async def write(tx: Tx) -> None:
            now = self._clock.now()
            await forget(tx, account.id)
            await audit.note(tx, "second_factor_removed", now, account_id=account.id)
            await mails.tell(tx, account, mails.FACTOR_REMOVED, now)

        await self._database.write(write)

    async def ask(self, account_id: str, methods: str = "pwd") -> str:
        """A sign-in that waits for its second step: the token that `answer` wants."""
        token = self._ident.secret()

        async def write(tx: Tx) -> None:
            until = self._clock.now() + PATIENCE
            await challenges.put(
                tx, token, account_id, challenges.SIGN_IN, expires_at=until, payload=methods
            )

        await self._database.write(write)
        return token

    async def waiting(self, token: str) -> Account:
        """Whose sign-in waits. Raises UNAUTHENTICATED ``challenge_over``."""
        now = self._clock.now()
        found = await challenges.look(self._database, token, challenges.SIGN_IN, now)
        account = await account_of(self._database, found.account_id or "")
        if account is None:
            raise Problem(Kind.UNAUTHENTICATED, "challenge_over", "Please begin again.")
        return account

    async def answer(self, token: str, code: str, address: str = "") -> tuple[Account, str]:
        """The account and the ``amr`` of its new session, for a code that is right.

        Takes one-time passwords and recovery codes. Raises ``challenge_over``, ``code_wrong``,
        THROTTLED.
        """
        account = await self.waiting(token)
        digits = "".join(code.split())
        one_time = digits.isascii() and digits.isdigit() and len(digits) == DIGITS
        rule = throttle.ONE_TIME if one_time else throttle.RECOVERY
        counters = self._counters(rule, account.id, address)
        async with self._throttle.turn(counters):
            if not await (self._one_time if one_time else self._recovery)(account, digits, token):
                await self._throttle.failed(counters)
                raise _wrong()
            await self._throttle.succeeded(counters)
        return account, "pwd otp mfa" if one_time else "pwd kba mfa"

    async def finish(self, token: str, account_id: str) -> None:
        """A passkey was the second step. Raises ``challenge_over`` if another account waits."""

        async def write(tx: Tx) -> None:
            taken = await challenges.take(tx, token, challenges.SIGN_IN, self._clock.now())
            if taken.account_id != account_id:
                raise Problem(
                    Kind.UNAUTHENTICATED, "challenge_over", "This passkey is of another account."
                )

        await self._database.write(write)

    async def _one_time(self, account: Account, digits: str, token: str) -> bool:
        row = await self._database.one(_OF, account_id=account.id)
        step = self._step(row, digits) if row and row.confirmed_at is not None else None
        if step is None:
            return False

        async def write(tx: Tx) -> bool:
            now = self._clock.now()
            if not await tx.run(_SPEND, account_id=account.id, step=step, now=now):
                return False
            await challenges.take(tx, token, challenges.SIGN_IN, now)
            return True

        return await self._database.write(write)

    async def _recovery(self, account: Account, code: str, token: str) -> bool:
        hashed = digest(code.replace("-", "").casefold())

        async def write(tx: Tx) -> bool:
            now = self._clock.now()
            if not await tx.run(_SPEND_CODE, account_id=account.id, hash=hashed):
                return False
            await challenges.take(tx, token, challenges.SIGN_IN, now)
            await audit.note(tx, "recovery_code_used", now, account_id=account.id)
            await mails.tell(tx, account, mails.RECOVERY_USED, now)
            return True

        return await self._database.write(write)

    def _step(self, row: _Row, digits: str) -> int | None:
        """Which step ``digits`` are of; all three are computed, whichever fits."""
        digits = "".join(digits.split())
        now = self._clock.now() // STEP
        hotp = HOTP(self._open(row), digits=DIGITS)
        fitting = [
            step
            for step in (now - 1, now, now + 1)
            if same(hotp.at(step), digits) and step > row.last_step
        ]
        return fitting[0] if fitting else None

    async def _put_codes(self, tx: Tx, account_id: str, codes: list[str]) -> None:
        await tx.run(_DROP_CODES, account_id=account_id)
        for code in codes:
            await tx.run(_ADD_CODE, account_id=account_id, hash=digest(code.replace("-", "")))

    def _open(self, row: _Row) -> str:
        return self._cipher.open(row.sealed, _context(row.account_id)).decode()

    @staticmethod
    def _code() -> str:
        """``abcd-efgh-jkmn-pqrs``: nothing that is read as something else."""
        signs = "".join(secrets.choice(_ALPHABET) for _ in range(16))
        return "-".join(signs[at : at + 4] for at in range(0, 16, 4))

    @staticmethod
    def _counters(rule: throttle.Rule, account_id: str, address: str) -> list[Counter]:
        counters = [counter(rule, account_id, throttle.network(address))]
        if rule is throttle.ONE_TIME:
            counters.append(counter(throttle.ONE_TIME_ANYWHERE, account_id))
        return counters


async def forget(tx: Tx, account_id: str) -> None:
    """Deletes key and codes."""
    await tx.run(_DROP, account_id=account_id)
    await tx.run(_DROP_CODES, account_id=account_id)


def _context(account_id: str) -> str:
    return f"one-time-password/{account_id}"


def _wrong() -> Problem:
    return Problem(
        Kind.INVALID,
        "code_wrong",
        "This code is wrong, too old, or was used already.",
        field="code",
    )


def _unknown() -> Problem:
    return Problem(Kind.UNKNOWN, "factor_unknown", "One-time passwords are not set up.")

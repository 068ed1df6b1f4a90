"""Whose homes the control interface of a sandbox edits, and what reads the captured ones."""

from collections.abc import Sequence

from workswith.apis import capture
from workswith.devices.homes.blueprint import Blueprint
from workswith.kernel.problem import Kind, Problem
from workswith.sandbox.homes import Place
from workswith.sandbox.seed import Seed

from .areas import Areas


def place(areas: Areas, planted: Seed) -> Place:
    """People are named by their address, or as `sandbox.seed.PEOPLE` are."""
    accounts, kernel = areas.identity.accounts, areas.kernel

    async def account_of(name: str) -> str:
        if name in planted.people:
            return planted.people[name].id
        account = await accounts.by_email(name) or await accounts.get(name)
        if account is None:
            raise Problem(
                Kind.UNKNOWN,
                "account_unknown",
                "There is no such account.",
                hint="Name it by its e-mail address, or as developer, end_user or operator.",
            )
        return account.id

    async def email_of(account_id: str) -> str:
        account = await accounts.get(account_id)
        return account.email if account else ""

    def read(answers: Sequence[object]) -> list[Blueprint]:
        return capture.read(answers, kernel.ident, kernel.clock.now())

    outages = areas.devices.outages
    return Place(areas.devices.homes, kernel.database, account_of, email_of, read, outages)

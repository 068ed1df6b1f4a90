"""What an operator did, in the audit log; and what those it concerns read. [OPR]"""

from workswith.catalog.desk import Also
from workswith.catalog.subscription import Subscription
from workswith.identity import audit, mails
from workswith.identity.account import account_of
from workswith.identity.mails import Text
from workswith.kernel.database import Tx
from workswith.kernel.words import N_
from workswith.web.site.visit import Visit

_HELLO = N_("Hello {name},")
DECIDED = {
    "active": Text(
        N_("Your subscription {subscription} works"),
        (_HELLO, N_("your subscription {subscription} works. Both its keys open the APIs now.")),
    ),
    "rejected": Text(
        N_("Your subscription {subscription} was refused"),
        (
            _HELLO,
            N_("the operator has refused your subscription {subscription}. The reason given is:"),
            "{reason}",
        ),
    ),
    "suspended": Text(
        N_("Your subscription {subscription} is suspended"),
        (
            _HELLO,
            N_("the operator has suspended your subscription {subscription}. Its keys open nothing until it is restored. The reason given is:"),
            "{reason}",
        ),
    ),
}  # fmt: skip
"""By the state that a subscription is brought to."""
GRANTED = Text(
    N_("The limits of your subscription {subscription} have changed"),
    (
        _HELLO,
        N_("the operator has changed the limits of your subscription {subscription}. They stand at the subscription in your profile."),
    ),
)  # fmt: skip


def noted(visit: Visit, kind: str, detail: str, account_id: str = "") -> Also:
    """Writes the act down, in the transaction of the act."""
    by, now = visit.account.id, visit.now

    async def note(tx: Tx) -> None:
        text = f"by {by}: {detail}"[:1000]
        await audit.note(tx, kind, now, account_id=account_id, detail=text)

    return note


def told(visit: Visit, kind: str, one: Subscription, text: Text, reason: str = "") -> Also:
    """Writes it down, and tells the owner of the subscription by mail."""
    note, now = noted(visit, kind, f"{one.id} {reason}".strip(), one.account_id), visit.now

    async def tell(tx: Tx) -> None:
        await note(tx)
        owner = await account_of(tx, one.account_id)
        if owner is not None:
            await mails.tell(tx, owner, text, now, subscription=one.name, reason=reason)

    return tell

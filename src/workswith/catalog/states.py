r"""The life of a subscription. Only an active one lets calls through. [platform.md A1]

submitted --approve--> active <--resume-- suspended
    |                    |  \--suspend-->    |
  reject              cancel, expire      cancel, expire
"""

from workswith.kernel.problem import Kind, Problem

SUBMITTED = "submitted"
ACTIVE = "active"
SUSPENDED = "suspended"
REJECTED = "rejected"
CANCELLED = "cancelled"
EXPIRED = "expired"

NEXT: dict[str, tuple[str, ...]] = {
    SUBMITTED: (ACTIVE, REJECTED, CANCELLED),
    ACTIVE: (SUSPENDED, CANCELLED, EXPIRED),
    SUSPENDED: (ACTIVE, CANCELLED, EXPIRED),
    REJECTED: (),
    CANCELLED: (),
    EXPIRED: (),
}
"""What may follow each state; nothing follows an end."""


def ended(state: str) -> bool:
    return not NEXT[state]


def require_move(state: str, to: str) -> None:
    """Raises `Problem` CONFLICT ``subscription_state`` for a move that the table does not have."""
    if to not in NEXT[state]:
        raise Problem(
            Kind.CONFLICT, "subscription_state", f"A subscription that is {state} cannot be {to}."
        )

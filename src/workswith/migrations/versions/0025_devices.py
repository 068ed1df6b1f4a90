"""How modules of real gateways are to be set up: which number is wanted, sent, and taken over."""

import sqlalchemy as sa
from alembic import op

revision = "0025_devices"
down_revision = "0024_webhooks"


def upgrade() -> None:
    op.create_table(
        "gateway_setups",
        sa.Column(
            "module_id",
            sa.Text,
            sa.ForeignKey("modules.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _NUMBERS),
    )


_NUMBERS = ("version", "taken", "sent", "sent_at")

"""How modules of real gateways are to be set up: which number is wanted, sent, and taken over.

How often connections of simulated gateways are lost by themselves.
"""

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
    op.create_table(
        "gateway_outages",
        sa.Column(
            "gateway_id",
            sa.Text,
            sa.ForeignKey("gateways.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("a_month", sa.BigInteger, nullable=False),
    )


_NUMBERS = ("version", "taken", "sent", "sent_at")

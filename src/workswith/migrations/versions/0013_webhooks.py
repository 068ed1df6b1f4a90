"""Handshakes, key rotation, replays, incidents, and who owns which lanes."""

import sqlalchemy as sa
from alembic import op

revision = "0013_webhooks"
down_revision = "0012_accounts"


def upgrade() -> None:
    for column in (
        sa.Column("shard", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("previous_secret", sa.LargeBinary),
        sa.Column("previous_until", sa.BigInteger),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("told", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("webhook_endpoint", column)
    op.add_column(
        "webhook_subscription",
        sa.Column("state", sa.Text, nullable=False, server_default="active"),
    )
    for column in (
        sa.Column("spent", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("cause", sa.Text, nullable=False, server_default="event"),
        sa.Column("proof", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("webhook_delivery", column)
    op.add_column("webhook_lost", sa.Column("replayed_at", sa.BigInteger))
    op.create_table(
        "webhook_shard",
        sa.Column("shard", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )

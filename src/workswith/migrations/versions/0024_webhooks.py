"""Tokens of applications for their notifications, calls that are made once, and which measures of
real gateways were told of last.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_webhooks"
down_revision = "0022_office"


def upgrade() -> None:
    op.create_table(
        "webhook_token",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_index("webhook_token_client", "webhook_token", ["client_id"])
    op.create_table(
        "webhook_once",
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("webhook_once_at", "webhook_once", ["at"])
    op.create_table(
        "gateway_measures",
        sa.Column(
            "module_id",
            sa.Text,
            sa.ForeignKey("modules.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("tell_at", sa.BigInteger),
    )
    due = sa.text("tell_at IS NOT NULL")
    op.create_index(
        "gateway_measures_due",
        "gateway_measures",
        ["tell_at"],
        sqlite_where=due,
        postgresql_where=due,
    )

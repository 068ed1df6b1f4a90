"""Calls counted for people, subscriptions that end by the clock, and limits per minute."""

import sqlalchemy as sa
from alembic import op

revision = "0009_usage"
down_revision = "0008_web"


def upgrade() -> None:
    op.create_table(
        "usage_hours",
        sa.Column("hour", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("subscription_id", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("end_user_id", sa.Text, primary_key=True),
        sa.Column("api", sa.Text, primary_key=True),
        sa.Column("operation", sa.Text, primary_key=True),
        sa.Column("status", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("calls", sa.BigInteger, nullable=False),
        sa.Column("checks_us", sa.BigInteger, nullable=False),
        sa.Column("handling_us", sa.BigInteger, nullable=False),
    )
    op.create_index("usage_hours_subscription", "usage_hours", ["subscription_id", "hour"])
    op.add_column("subscriptions", sa.Column("ends_at", sa.BigInteger))
    op.create_index("subscriptions_ends", "subscriptions", ["ends_at"])
    op.add_column("products", sa.Column("calls_per_minute", sa.BigInteger))

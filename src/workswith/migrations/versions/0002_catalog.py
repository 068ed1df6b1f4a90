"""Products, subscriptions with their two keys, and the calls counted per day."""

import sqlalchemy as sa
from alembic import op

revision = "0002_catalog"
down_revision = "0001_kernel"


def upgrade() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("daily_quota", sa.BigInteger, nullable=False),
        sa.Column("approval", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "product_apis",
        sa.Column("product_id", sa.Text, sa.ForeignKey("products.id"), primary_key=True),
        sa.Column("api", sa.Text, primary_key=True),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("product_id", sa.Text, sa.ForeignKey("products.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("daily_quota", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("state_since", sa.BigInteger, nullable=False),
    )
    op.create_index("subscriptions_account", "subscriptions", ["account_id", "created_at"])
    op.create_index("subscriptions_state", "subscriptions", ["state", "created_at"])
    op.create_table(
        "subscription_keys",
        sa.Column("subscription_id", sa.Text, sa.ForeignKey("subscriptions.id"), primary_key=True),
        sa.Column("which", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
    )
    op.create_table(
        "quota_counts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("day", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("reserved", sa.BigInteger, nullable=False),
    )
    op.create_index("quota_counts_day", "quota_counts", ["day"])

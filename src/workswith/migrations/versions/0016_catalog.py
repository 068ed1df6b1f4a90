"""How long calls took, in buckets; products that are not shown, APIs that are hidden or end."""

import sqlalchemy as sa
from alembic import op

revision = "0016_catalog"
down_revision = "0014_identity"


def upgrade() -> None:
    op.create_table(
        "usage_latencies",
        sa.Column("hour", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("subscription_id", sa.Text, primary_key=True),
        sa.Column("api", sa.Text, primary_key=True),
        sa.Column("operation", sa.Text, primary_key=True),
        sa.Column("bucket", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("calls", sa.BigInteger, nullable=False),
    )
    op.create_index("usage_latencies_subscription", "usage_latencies", ["subscription_id", "hour"])
    # 1 for a product that everybody sees, else 0.
    op.add_column(
        "products", sa.Column("published", sa.BigInteger, nullable=False, server_default="1")
    )
    # A limit per minute of one subscription, before that of its product.
    op.add_column("subscriptions", sa.Column("calls_per_minute", sa.BigInteger))
    op.create_index("subscriptions_created", "subscriptions", ["created_at"])
    # What an operator said about an API; one without a row is published.
    op.create_table(
        "api_notes",
        sa.Column("api", sa.Text, primary_key=True),
        sa.Column("published", sa.BigInteger, nullable=False),
        sa.Column("deprecated_at", sa.BigInteger),
        sa.Column("note", sa.Text, nullable=False),
    )

"""Endpoints (lanes), subscriptions, deliveries, attempts, and what a ban made an endpoint lose."""

import sqlalchemy as sa
from alembic import op

from workswith.migrations.columns import counted_id

revision = "0006_webhooks"
down_revision = "0005_devices"


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("next_due", sa.BigInteger),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("successes", sa.BigInteger, nullable=False),
        sa.Column("failed_at", sa.BigInteger),
        sa.Column("ban_until", sa.BigInteger),
        sa.Column("lost", sa.BigInteger, nullable=False),
        sa.Column("lost_first", sa.BigInteger),
        sa.Column("lost_last", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("client_id", "url", name="webhook_endpoint_client_url"),
    )
    _index_while("webhook_endpoint_due", "webhook_endpoint", ["next_due"], "next_due IS NOT NULL")

    op.create_table(
        "webhook_subscription",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("plant_id", sa.Text, nullable=False),
        sa.Column("api", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("endpoint_id", sa.Text, sa.ForeignKey("webhook_endpoint.id"), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint(
            "account_id", "client_id", "plant_id", "url", name="webhook_subscription_once"
        ),
    )
    op.create_index("webhook_subscription_plant", "webhook_subscription", ["plant_id"])
    op.create_index("webhook_subscription_endpoint", "webhook_subscription", ["endpoint_id"])

    op.create_table(
        "webhook_delivery",
        counted_id(),
        sa.Column("delivery_id", sa.Text, nullable=False, unique=True),
        sa.Column("endpoint_id", sa.Text, sa.ForeignKey("webhook_endpoint.id"), nullable=False),
        sa.Column("subscription_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("plant_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("event_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("flow", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    _index_while(
        "webhook_delivery_due",
        "webhook_delivery",
        ["endpoint_id", "due_at", "id"],
        "due_at IS NOT NULL",
    )
    op.create_index("webhook_delivery_endpoint", "webhook_delivery", ["endpoint_id", "id"])
    op.create_index("webhook_delivery_client", "webhook_delivery", ["client_id", "id"])
    _index_while(
        "webhook_delivery_waiting",
        "webhook_delivery",
        ["subscription_id"],
        "due_at IS NOT NULL",
    )
    op.create_index("webhook_delivery_finished", "webhook_delivery", ["finished_at"])

    op.create_table(
        "webhook_attempt",
        counted_id(),
        sa.Column("delivery_id", sa.Text, nullable=False),
        sa.Column("endpoint_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("connect_ms", sa.Float, nullable=False),
        sa.Column("answer_ms", sa.Float, nullable=False),
        sa.Column("status", sa.BigInteger),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("ban_until", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("webhook_attempt_delivery", "webhook_attempt", ["delivery_id", "id"])
    op.create_index("webhook_attempt_endpoint", "webhook_attempt", ["endpoint_id", "id"])
    op.create_index("webhook_attempt_at", "webhook_attempt", ["at"])

    op.create_table(
        "webhook_lost",
        counted_id(),
        sa.Column("endpoint_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("subscription_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("plant_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("webhook_lost_endpoint", "webhook_lost", ["endpoint_id", "id"])
    op.create_index("webhook_lost_at", "webhook_lost", ["at"])


def _index_while(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)

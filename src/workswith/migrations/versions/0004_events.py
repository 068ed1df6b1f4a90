"""What changed in the plants, as a transactional outbox."""

import sqlalchemy as sa
from alembic import op

from workswith.migrations.columns import counted_id

revision = "0004_events"
down_revision = "0003_identity"


def upgrade() -> None:
    op.create_table(
        "event_sequence",
        sa.Column("plant_id", sa.Text, primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "event",
        counted_id(),
        sa.Column("event_id", sa.Text, nullable=False, unique=True),
        sa.Column("plant_id", sa.Text, nullable=False),
        sa.Column("module_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("relayed_at", sa.BigInteger),
        sa.UniqueConstraint("plant_id", "sequence", name="event_plant_sequence"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "event_unrelayed",
        "event",
        ["id"],
        sqlite_where=sa.text("relayed_at IS NULL"),
        postgresql_where=sa.text("relayed_at IS NULL"),
    )
    op.create_index("event_at", "event", ["at"])

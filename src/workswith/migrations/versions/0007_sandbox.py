"""What a sandbox remembers of its seed: the credentials it printed, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0007_sandbox"
down_revision = "0006_webhooks"


def upgrade() -> None:
    op.create_table(
        "sandbox",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seeded_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )

"""What a sandbox remembers of its faults, switches and coverage, so that a restart keeps them."""

import sqlalchemy as sa
from alembic import op

revision = "0020_sandbox"
down_revision = "0019_webhooks"


def upgrade() -> None:
    op.create_table(
        "sandbox_note",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )

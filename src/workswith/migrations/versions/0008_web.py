"""What the pages keep between two requests: unfinished applications."""

import sqlalchemy as sa
from alembic import op

revision = "0008_web"
down_revision = "0007_sandbox"


def upgrade() -> None:
    op.create_table(
        "web_drafts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
    )
    op.create_index("web_drafts_account", "web_drafts", ["account_id", "saved_at"])

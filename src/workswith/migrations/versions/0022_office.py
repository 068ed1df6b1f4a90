"""Announcements on all pages, and the brand that an operator has set."""

import sqlalchemy as sa
from alembic import op

revision = "0022_office"
down_revision = "0021_community"


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("text_fr", sa.Text, nullable=False),
        sa.Column("text_it", sa.Text, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("announcements_starts", "announcements", ["starts_at"])
    op.create_table(
        "brand",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )

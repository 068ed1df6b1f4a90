"""What the kernel keeps: the moved clock of a sandbox, and mail."""

import sqlalchemy as sa
from alembic import op

from workswith.migrations.columns import counted_id

revision = "0001_kernel"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("wall", sa.BigInteger, nullable=False),
        sa.Column("shown", sa.BigInteger, nullable=False),
        sa.Column("rate", sa.Float, nullable=False),
    )
    op.create_table(
        "mail",
        counted_id(),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("posted_at", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "mail_unsent",
        "mail",
        ["id"],
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_index("mail_recipient", "mail", ["recipient", "id"])

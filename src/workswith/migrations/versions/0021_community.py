"""Tickets, forum, showcase. Names of authors are written down, so that no other area is asked."""

import sqlalchemy as sa
from alembic import op

from workswith.migrations.columns import counted_id

revision = "0021_community"
down_revision = "0020_sandbox"


def upgrade() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ticket_account", "ticket", ["account_id", "updated_at"])
    op.create_index("ticket_state", "ticket", ["state", "updated_at"])
    # `mark` is unique for each form that was sent: sent twice, it is there once.
    op.create_table(
        "ticket_message",
        counted_id(),
        sa.Column("mark", sa.Text, nullable=False, unique=True),
        sa.Column("ticket_id", sa.Text, nullable=False),
        sa.Column("by_operator", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ticket_message_ticket", "ticket_message", ["ticket_id", "id"])
    op.create_table(
        "forum_thread",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("posts", sa.BigInteger, nullable=False),
        sa.Column("locked", sa.BigInteger, nullable=False),
        sa.Column("hidden", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("forum_thread_category", "forum_thread", ["category", "updated_at"])
    op.create_index("forum_thread_updated", "forum_thread", ["updated_at"])
    op.create_table(
        "forum_post",
        counted_id(),
        sa.Column("mark", sa.Text, nullable=False, unique=True),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("by_operator", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("hidden", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("forum_post_thread", "forum_post", ["thread_id", "id"])
    op.create_index("forum_post_author", "forum_post", ["author_id", "at"])
    op.create_table(
        "forum_report",
        sa.Column("post_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "showcase_entry",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("decided_at", sa.BigInteger),
    )
    op.create_index("showcase_entry_state", "showcase_entry", ["state", "created_at"])
    op.create_index("showcase_entry_account", "showcase_entry", ["account_id", "created_at"])

"""Posts that their authors change, news of the programme, and audit rows found by their age."""

import sqlalchemy as sa
from alembic import op

from workswith.migrations.columns import counted_id

revision = "0027_community"
down_revision = "0026_gateway"


def upgrade() -> None:
    op.add_column("forum_post", sa.Column("edited_at", sa.BigInteger))
    op.add_column("forum_post", sa.Column("withdrawn_at", sa.BigInteger))
    # What a post said before it was edited or withdrawn.
    op.create_table(
        "forum_post_version",
        counted_id(),
        sa.Column("post_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("forum_post_version_post", "forum_post_version", ["post_id", "id"])
    op.add_column("announcements", sa.Column("changed_at", sa.BigInteger))
    op.create_table(
        "programme_news",
        sa.Column("id", sa.Text, primary_key=True),
        *(
            sa.Column(f"{part}_{language}", sa.Text, nullable=False)
            for part in ("title", "text")
            for language in ("en", "fr", "it")
        ),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger),
    )
    op.create_index("programme_news_at", "programme_news", ["at"])
    op.create_index("audit_at", "audit", ["at"])

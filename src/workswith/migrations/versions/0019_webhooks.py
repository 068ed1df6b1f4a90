"""Attempts in slices of time that are dropped whole; fewer indexes to keep at each delivery.

Bodies have a table of their own: an acknowledgement rewrites the row of a delivery, and without
its body three times as many lie on a page. A log row is a whole batch of attempts (`webhooks.logbook`). What the former table listed, at most
two weeks of attempts, is given up.
"""

import sqlalchemy as sa
from alembic import op

from workswith.migrations.columns import counted_id

revision = "0019_webhooks"
down_revision = "0018_homes"

SLICES = 8


def upgrade() -> None:
    op.drop_index("webhook_delivery_finished", table_name="webhook_delivery")
    op.drop_index("webhook_delivery_waiting", table_name="webhook_delivery")
    op.add_column("webhook_delivery", sa.Column("log", sa.Text, nullable=False, server_default=""))
    op.add_column("webhook_endpoint", sa.Column("last_status", sa.BigInteger))
    op.add_column(
        "webhook_endpoint", sa.Column("last_error", sa.Text, nullable=False, server_default="")
    )
    op.create_table(
        "webhook_slice",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("delivery", sa.BigInteger, nullable=False),
    )
    for number in range(SLICES):
        op.create_table(
            f"webhook_log_{number}",
            counted_id(),
            sa.Column("at", sa.BigInteger, nullable=False),
            sa.Column("tallies", sa.LargeBinary, nullable=False),
            sa.Column("attempts", sa.LargeBinary, nullable=False),
            sqlite_autoincrement=True,
        )
        op.create_index(f"webhook_log_{number}_at", f"webhook_log_{number}", ["at"])
    op.drop_table("webhook_attempt")
    op.create_table(
        "webhook_body",
        # INTEGER, so that on SQLite it is the row's own number.
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.execute("INSERT INTO webhook_body (id, body) SELECT id, body FROM webhook_delivery")
    op.drop_column("webhook_delivery", "body")

"""Events and the bodies of deliveries in slices that go as a whole; what is still to be relayed is
a queue of its own.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from workswith.migrations.columns import counted_id

revision = "0028_slices"
down_revision = "0027_community"

SLICES = 8
_EVENT = "id, event_id, plant_id, module_id, sequence, kind, changed, state, at, flow"


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "slice",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        # The newest is looked for with everything that is appended.
        sa.UniqueConstraint("name", "since", name="slice_since"),
    )
    _events(connection)
    _bodies(connection)


def _events(connection: Connection) -> None:
    """All that is there becomes the first slice, open until its time is over."""
    on_sqlite = connection.dialect.name == "sqlite"
    op.create_table(
        "event_queue",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("slice", sa.BigInteger, nullable=False),
    )
    op.execute(
        "INSERT INTO event_queue (id, slice) SELECT id, 0 FROM event WHERE relayed_at IS NULL"
    )
    for number in range(SLICES):
        name = f"event_{number}"
        op.create_table(
            name,
            counted_id() if on_sqlite else sa.Column(
                "id", sa.BigInteger, primary_key=True, autoincrement=False,
                server_default=sa.text("nextval('event_id_seq')"),
            ),
            sa.Column("event_id", sa.Text, nullable=False),
            sa.Column("plant_id", sa.Text, nullable=False),
            sa.Column("module_id", sa.Text, nullable=False),
            sa.Column("sequence", sa.BigInteger, nullable=False),
            sa.Column("kind", sa.Text, nullable=False),
            sa.Column("changed", sa.Text, nullable=False),
            sa.Column("state", sa.Text, nullable=False),
            sa.Column("at", sa.BigInteger, nullable=False),
            sa.Column("flow", sa.Text, nullable=False),
            sa.UniqueConstraint("plant_id", "sequence", name=f"{name}_plant_sequence"),
            sqlite_autoincrement=True,
        )  # fmt: skip
        op.create_index(f"{name}_at", name, ["at"])
    op.execute(f"INSERT INTO event_0 ({_EVENT}) SELECT {_EVENT} FROM event ORDER BY id")
    if on_sqlite:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'event_0'")
        for number in range(SLICES):
            op.execute(
                f"INSERT INTO sqlite_sequence (name, seq) SELECT 'event_{number}', "
                "COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0)"
            )
    else:
        op.execute("ALTER SEQUENCE event_id_seq OWNED BY NONE")
    op.drop_table("event")
    every = " UNION ALL ".join(f"SELECT {_EVENT} FROM event_{number}" for number in range(SLICES))
    op.execute(f"CREATE VIEW event AS {every}")


def _bodies(connection: Connection) -> None:
    """They go with the attempts of their days."""
    # Looked through once for each slice of events.
    op.create_index("webhook_subscription_client", "webhook_subscription", ["client_id"])
    op.execute(
        "INSERT INTO slice (name, number, since) SELECT 'webhook', number, min(since) "
        "FROM webhook_slice WHERE until > since GROUP BY number"
    )
    newest = "SELECT number FROM slice ORDER BY since DESC LIMIT 1"
    current = connection.execute(sa.text(newest)).scalar() or 0
    op.drop_table("webhook_slice")
    op.add_column(
        "webhook_delivery",
        sa.Column("body_slice", sa.BigInteger, nullable=False, server_default=str(current)),
    )
    op.rename_table("webhook_body", f"webhook_body_{current}")
    for number in range(SLICES):
        if number != current:
            op.create_table(
                f"webhook_body_{number}",
                sa.Column(
                    "id",
                    sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                    primary_key=True,
                    autoincrement=False,
                ),
                sa.Column("body", sa.LargeBinary, nullable=False),
            )

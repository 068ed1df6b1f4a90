"""Whether anybody ever asked to hear of a plant: events of the others need no relay."""

import sqlalchemy as sa
from alembic import op

revision = "0026_gateway"
down_revision = "0025_devices"


def upgrade() -> None:
    # Whoever does not say so is heard: an event too many at the relay does no harm, one too few does.
    op.add_column(
        "event_sequence",
        sa.Column("heard", sa.BigInteger, nullable=False, server_default="1"),
    )
    op.execute(
        "UPDATE event_sequence SET heard = 0 "
        "WHERE plant_id NOT IN (SELECT plant_id FROM webhook_subscription)"
    )

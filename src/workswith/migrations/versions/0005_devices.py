"""Homes: plants and who sees them, rooms, gateways, modules, their state, the simulated park."""

import sqlalchemy as sa
from alembic import op

revision = "0005_devices"
down_revision = "0004_events"


def upgrade() -> None:
    op.create_table(
        "plants",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("api", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(  # everyone who sees a plant, its owner included
        "plant_members",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("plant_id", sa.Text, sa.ForeignKey("plants.id"), primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_index("plant_members_plant", "plant_members", ["plant_id"])
    op.create_table(
        "ambients",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("plant_id", sa.Text, sa.ForeignKey("plants.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
    )
    op.create_index("ambients_plant", "ambients", ["plant_id", "place"])
    op.create_table(
        "gateways",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("plant_id", sa.Text, sa.ForeignKey("plants.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("reach", sa.Text, nullable=False),
        sa.Column("reach_since", sa.BigInteger, nullable=False),
    )
    op.create_index("gateways_plant", "gateways", ["plant_id"])
    op.create_table(
        "modules",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("plant_id", sa.Text, sa.ForeignKey("plants.id"), nullable=False),
        sa.Column("ambient_id", sa.Text, sa.ForeignKey("ambients.id")),
        sa.Column("gateway_id", sa.Text, sa.ForeignKey("gateways.id"), nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("reach", sa.Text, nullable=False),
        sa.Column("reach_since", sa.BigInteger, nullable=False),
        sa.Column("configuration", sa.Text, nullable=False),
    )
    op.create_index("modules_plant", "modules", ["plant_id", "place"])
    op.create_index("modules_gateway", "modules", ["gateway_id"])
    op.create_table(
        "module_states",
        sa.Column("module_id", sa.Text, sa.ForeignKey("modules.id"), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("reported", sa.Text, nullable=False),
        sa.Column("times", sa.Text, nullable=False),
        sa.Column("reported_at", sa.BigInteger, nullable=False),
        sa.Column("desired", sa.Text),
        sa.Column("desired_at", sa.BigInteger),
        sa.Column("outcome", sa.Text),
    )
    op.create_table(
        "simulators",
        sa.Column("module_id", sa.Text, sa.ForeignKey("modules.id"), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_table(
        "app_accounts",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("password_expires_at", sa.BigInteger),
        sa.Column("terms_expire_at", sa.BigInteger),
    )

"""Homes that are kept as they were, to go back to; who is invited to share one."""

import sqlalchemy as sa
from alembic import op

revision = "0018_homes"
down_revision = "0017_gateways"


def upgrade() -> None:
    op.create_table(
        "home_snapshots",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("plant_id", sa.Text, sa.ForeignKey("plants.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
        sa.Column("blueprint", sa.Text, nullable=False),
    )
    op.create_index("home_snapshots_plant", "home_snapshots", ["plant_id", "taken_at"])
    op.create_table(
        "home_invitations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("plant_id", sa.Text, sa.ForeignKey("plants.id"), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("plant_id", "email"),
    )
    op.create_index("home_invitations_email", "home_invitations", ["email"])

"""Every kind of device: what is printed on it, history of measures, scenes."""

import sqlalchemy as sa
from alembic import op

revision = "0010_devices"
down_revision = "0009_usage"


def upgrade() -> None:
    _add("plants", _text("country", "IT"))
    _add("ambients", _text("type", "custom"), _text("floor", ""))
    _add("gateways", _text("hw_type", ""), _number("fw"))
    _add("modules", _text("hw_type", ""), _number("fw"), _text("appliance", ""))
    # What has been measured in the hour that is running, as JSON.
    _add("module_states", _text("tally", ""))
    for table in ("module_hours", "module_days"):
        op.create_table(
            table,
            sa.Column("module_id", sa.Text, sa.ForeignKey("modules.id"), primary_key=True),
            sa.Column("measure", sa.Text, primary_key=True),
            sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("span", sa.BigInteger, nullable=False),
            sa.Column("total", sa.BigInteger, nullable=False),
            sa.Column("low", sa.BigInteger, nullable=False),
            sa.Column("high", sa.BigInteger, nullable=False),
        )
        op.create_index(f"{table}_at", table, ["at"])
    op.create_table(
        "scenes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("plant_id", sa.Text, sa.ForeignKey("plants.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("friendly_name", sa.Text, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
    )
    op.create_index("scenes_plant", "scenes", ["plant_id", "place"])
    op.create_table(
        "scene_steps",
        sa.Column("scene_id", sa.Text, sa.ForeignKey("scenes.id"), primary_key=True),
        sa.Column("module_id", sa.Text, sa.ForeignKey("modules.id"), primary_key=True),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
    )
    op.create_index("scene_steps_module", "scene_steps", ["module_id"])


def _add(table: str, *columns: sa.Column[str] | sa.Column[int]) -> None:
    for column in columns:
        op.add_column(table, column)


def _text(name: str, default: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")

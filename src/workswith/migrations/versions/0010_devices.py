"""Placeholder: filled by its area."""

revision = "0010_devices"
down_revision = "0009_usage"


def upgrade() -> None:
    pass

"""Placeholder: filled by its area."""

revision = "0005_devices"
down_revision = "0004_events"


def upgrade() -> None:
    pass

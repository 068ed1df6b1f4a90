"""Placeholder: filled by its area."""

revision = "0006_webhooks"
down_revision = "0005_devices"


def upgrade() -> None:
    pass

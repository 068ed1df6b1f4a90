"""Placeholder: filled by its area."""

revision = "0007_sandbox"
down_revision = "0006_webhooks"


def upgrade() -> None:
    pass

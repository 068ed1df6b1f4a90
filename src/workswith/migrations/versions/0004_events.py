"""Placeholder: filled by its area."""

revision = "0004_events"
down_revision = "0003_identity"


def upgrade() -> None:
    pass

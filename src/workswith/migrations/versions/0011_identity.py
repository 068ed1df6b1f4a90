"""Placeholder: filled by its area."""

revision = "0011_identity"
down_revision = "0010_devices"


def upgrade() -> None:
    pass

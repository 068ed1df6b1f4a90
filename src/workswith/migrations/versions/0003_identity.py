"""Placeholder: filled by its area."""

revision = "0003_identity"
down_revision = "0002_catalog"


def upgrade() -> None:
    pass

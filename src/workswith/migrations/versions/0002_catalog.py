"""Placeholder: filled by its area."""

revision = "0002_catalog"
down_revision = "0001_kernel"


def upgrade() -> None:
    pass

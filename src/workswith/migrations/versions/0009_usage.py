"""Placeholder: filled by its area."""

revision = "0009_usage"
down_revision = "0008_web"


def upgrade() -> None:
    pass

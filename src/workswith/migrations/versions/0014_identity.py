"""(reserved)"""

revision = "0014_identity"
down_revision = "0013_webhooks"


def upgrade() -> None:
    """Nothing yet."""

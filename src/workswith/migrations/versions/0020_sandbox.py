"""(reserved)"""

revision = "0020_sandbox"
down_revision = "0019_webhooks"


def upgrade() -> None:
    """Nothing yet."""

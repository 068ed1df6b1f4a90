"""(reserved)"""

revision = "0019_webhooks"
down_revision = "0018_homes"


def upgrade() -> None:
    """Nothing yet."""

"""(reserved)"""

revision = "0021_community"
down_revision = "0020_sandbox"


def upgrade() -> None:
    """Nothing yet."""

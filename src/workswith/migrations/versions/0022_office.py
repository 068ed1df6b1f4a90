"""(reserved)"""

revision = "0022_office"
down_revision = "0021_community"


def upgrade() -> None:
    """Nothing yet."""

"""(reserved)"""

revision = "0023_park"
down_revision = "0022_office"


def upgrade() -> None:
    """Nothing yet."""

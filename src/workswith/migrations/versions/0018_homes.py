"""(reserved)"""

revision = "0018_homes"
down_revision = "0017_gateways"


def upgrade() -> None:
    """Nothing yet."""

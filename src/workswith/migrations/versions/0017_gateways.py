"""(reserved)"""

revision = "0017_gateways"
down_revision = "0016_catalog"


def upgrade() -> None:
    """Nothing yet."""

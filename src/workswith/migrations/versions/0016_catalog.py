"""(reserved)"""

revision = "0016_catalog"
down_revision = "0015_devices"


def upgrade() -> None:
    """Nothing yet."""

"""(reserved)"""

revision = "0015_devices"
down_revision = "0014_identity"


def upgrade() -> None:
    """Nothing yet."""

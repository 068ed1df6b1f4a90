"""Nothing yet: kept for devices."""

revision = "0025_devices"
down_revision = "0024_webhooks"


def upgrade() -> None: ...

"""Nothing yet: kept for notifications."""

revision = "0024_webhooks"
down_revision = "0022_office"


def upgrade() -> None: ...

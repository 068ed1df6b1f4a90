"""Nothing yet: kept for the portal and the office."""

revision = "0027_community"
down_revision = "0026_gateway"


def upgrade() -> None: ...

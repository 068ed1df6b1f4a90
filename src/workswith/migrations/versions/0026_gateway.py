"""Nothing yet: kept for the gateway and the catalogue."""

revision = "0026_gateway"
down_revision = "0025_devices"


def upgrade() -> None: ...

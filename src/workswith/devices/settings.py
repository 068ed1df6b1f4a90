"""What can be set about devices."""

from typing import Annotated

from msgspec import Meta

from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """Section ``devices``."""

    answer_timeout_ms: Annotated[
        int,
        Meta(ge=1, description="Real milliseconds that a device has to answer a command (408)."),
    ] = 3_000
    measure_minutes: Annotated[
        int,
        Meta(ge=1, le=60, description="A simulated device tells new measures at most this often."),
    ] = 15
    heartbeat_minutes: Annotated[
        int,
        Meta(
            ge=1,
            le=1_440,
            description="A simulated device reports at least this often, change or none.",
        ),
    ] = 60

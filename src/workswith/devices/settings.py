"""What can be set about devices."""

from typing import Annotated, Literal

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
        Meta(
            ge=1,
            le=60,
            description="A device tells new measures at most this often, a real one too.",
        ),
    ] = 15
    power_seconds: Annotated[
        int,
        Meta(
            ge=1,
            le=3_600,
            description="A device tells a new power at most this often, a real one too.",
        ),
    ] = 60
    temperature_step: Annotated[
        float,
        Meta(ge=0.1, le=5, description="A change of temperature is told from this many K on."),
    ] = 0.1
    humidity_step: Annotated[
        float,
        Meta(ge=0.1, le=20, description="A change of humidity is told from this many % on."),
    ] = 1.0
    power_step: Annotated[
        int,
        Meta(ge=1, le=10_000, description="A change of power is told from this many W on."),
    ] = 5
    hours_kept_days: Annotated[
        int,
        Meta(ge=2, description="Days for which the measures of each hour are kept."),
    ] = 90
    days_kept_days: Annotated[
        int,
        Meta(ge=2, description="Days for which the measures of each day are kept."),
    ] = 1_100
    heartbeat_minutes: Annotated[
        int,
        Meta(
            ge=1,
            le=1_440,
            description="A simulated device reports at least this often, change or none.",
        ),
    ] = 60
    climate: Annotated[
        Literal["", "denver", "chicago", "san_francisco"],
        Meta(
            description="The place whose typical year is the weather of every simulated home; "
            "empty: of each that which it was furnished with."
        ),
    ] = ""
    vector_from: Annotated[
        int,
        Meta(
            ge=1,
            description="From so many simulated thermostats on, they are reckoned together in "
            "columns (NumPy), which comes to the same; electric heaters likewise.",
        ),
    ] = 500
    outages_a_month: Annotated[
        int,
        Meta(
            ge=0,
            le=30,
            description="So often in thirty days the connection of a simulated gateway is lost by "
            "itself, for minutes; homes can have a number of their own.",
        ),
    ] = 0
    homes_per_account: Annotated[
        int, Meta(ge=1, description="Simulated homes that one account may own.")
    ] = 50
    members_per_home: Annotated[
        int, Meta(ge=1, description="People who may share one home, its owner included.")
    ] = 20
    ambients_per_home: Annotated[int, Meta(ge=1, description="Rooms that one home may have.")] = 100
    modules_per_home: Annotated[int, Meta(ge=1, description="Devices that one home may have.")] = (
        200
    )
    snapshots_per_home: Annotated[
        int, Meta(ge=1, description="Snapshots that are kept of one home.")
    ] = 20

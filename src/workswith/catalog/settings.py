"""What can be set about products, subscriptions and their quota."""

from typing import Annotated

from msgspec import Meta

from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """Section ``catalog``."""

    starter_kit_quota: Annotated[
        int,
        Meta(ge=1, description="Calls per day and end-user of the Starter Kit when it is made."),
    ] = 500
    subscriptions_per_account: Annotated[
        int, Meta(ge=1, description="How many subscriptions a developer may hold at a time.")
    ] = 20
    quota_anchor_minutes: Annotated[
        int,
        Meta(
            ge=0,
            le=1439,
            description="When the quota's day begins, in minutes after 00:00 UTC.",
        ),
    ] = 0
    quota_url: Annotated[
        str,
        Meta(
            description="redis://… or unix://…: where calls are counted against the quota; empty: "
            "in the database. Needs workswith[redis]."
        ),
    ] = ""
    quota_lease: Annotated[
        int,
        Meta(
            ge=1,
            le=1000,
            description="Calls of one end-user that a process reserves at a time (more for quotas "
            "beyond 500); a crash loses at most so many.",
        ),
    ] = 25
    calls_per_minute: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            description="Calls of one end-user within any minute, for products without a limit of "
            "their own; 0 is no limit. Each process counts for itself.",
        ),
    ] = 0
    usage_days_kept: Annotated[
        int, Meta(ge=1, description="For how many days the usage of each hour is kept.")
    ] = 400
    quota_days_kept: Annotated[
        int, Meta(ge=1, description="For how many days the counts of calls are kept.")
    ] = 62
    keys_cached: Annotated[
        int, Meta(ge=1, description="How many subscription keys a process holds in its cache.")
    ] = 10_000

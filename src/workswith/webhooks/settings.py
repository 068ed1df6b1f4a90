"""What can be set about webhooks. Every number of the delivery policy stands in `Rules`.

The first four lines of `Rules` are the original's text [C2C-3 C2C-4]; the rest decides what that
text leaves open, each with the reading that docs/areas/webhooks.md argues for.
"""

from typing import Annotated, Literal

from msgspec import Meta

from workswith.kernel.settings import Section

AfterSchedule = Literal["stop", "repeat_last", "event_grid"]
Reach = Literal["public", "loopback", "any"]


class Rules(Section, frozen=True):
    """The section ``webhooks.rules``: the delivery policy."""

    answer_ms: Annotated[
        int,
        Meta(ge=1, le=60_000, description="Milliseconds from the written request to its status."),
    ] = 750
    delays: Annotated[
        tuple[int, ...],
        Meta(description="Seconds from a failed attempt to the next, one for each retry."),
    ] = (10, 30, 60, 300, 600)
    expire_hours: Annotated[
        int, Meta(ge=1, le=720, description="Hours after an event when it is given up for good.")
    ] = 24
    failures_per_set: Annotated[
        int, Meta(ge=1, description="Failures that make one set, which bans the endpoint.")
    ] = 20
    ban_minutes: Annotated[
        int, Meta(ge=0, description="Minutes of a ban for each set of failures so far.")
    ] = 1
    ban_max_minutes: Annotated[int, Meta(ge=0, description="Minutes of the longest ban.")] = 20
    after_schedule: Annotated[
        AfterSchedule,
        Meta(
            description="After the last retry: stop (exhausted), repeat_last delay, or go on as "
            "event_grid does (30 min, 1 h, 3 h, 6 h, 12 h) until the event expires."
        ),
    ] = "stop"
    reset_after_clean_hours: Annotated[
        int,
        Meta(ge=0, description="Hours without a failure that clear the counter; 0 is never."),
    ] = 24
    reset_after_successes: Annotated[
        int, Meta(ge=0, description="Successes in a row that clear the counter; 0 is never.")
    ] = 0
    jitter_percent: Annotated[
        int,
        Meta(ge=0, le=10, description="A retry may be later than its delay by up to this share."),
    ] = 0


class Settings(Section, frozen=True):
    """The section ``webhooks``."""

    rules: Rules = Rules()
    allow_http: Annotated[
        bool, Meta(description="Accept http:// endpoints. The original takes https only.")
    ] = False
    reach: Annotated[
        Reach,
        Meta(
            description="Which addresses deliveries may go to: public ones, also this machine "
            "(loopback), or any."
        ),
    ] = "public"
    authorities: Annotated[
        tuple[str, ...],
        Meta(description="PEM files of authorities trusted beside the system's."),
    ] = ()
    proxy: Annotated[
        str,
        Meta(
            description="A forward proxy such as http://user:password@proxy.example:3128, through "
            "which all deliveries go (CONNECT). It resolves names, so it has to refuse addresses."
        ),
    ] = ""
    source_addresses: Annotated[
        tuple[str, ...],
        Meta(description="Addresses of this machine to send from: one of IPv4, one of IPv6."),
    ] = ()
    connect_ms: Annotated[
        int,
        Meta(ge=1, le=60_000, description="Milliseconds to resolve, connect and shake hands."),
    ] = 5_000
    in_flight: Annotated[
        int,
        Meta(ge=2, description="Attempts under way at once; half is kept for healthy endpoints."),
    ] = 200
    in_flight_per_endpoint: Annotated[
        int, Meta(ge=1, le=100, description="Attempts under way at once to one endpoint.")
    ] = 2
    lease_ms: Annotated[
        int,
        Meta(
            ge=0,
            description="With several workers on PostgreSQL: milliseconds after which the "
            "endpoints of one that is silent go to the others. 0: an installation on PostgreSQL "
            "takes 10 000, all else has one worker.",
        ),
    ] = 0
    handshakes: Annotated[
        tuple[str, ...],
        Meta(description="APIs whose endpoints have to echo a validation code first."),
    ] = ("home_control",)
    rotation_hours: Annotated[
        int, Meta(ge=0, description="Hours in which a replaced signing secret still signs.")
    ] = 24
    warm_connections: Annotated[
        int, Meta(ge=0, description="Idle connections kept open for the next delivery.")
    ] = 1_000
    sockets: Annotated[
        int,
        Meta(ge=2, description="Connections open at once; idle ones make place for new ones."),
    ] = 1_200
    ahead_bytes: Annotated[
        int,
        Meta(
            ge=0,
            description="Bytes of bodies read ahead of their turn; half is kept for healthy "
            "endpoints. Beyond it an endpoint's deliveries are read one place at a time.",
        ),
    ] = 64 * 1024 * 1024
    subscriptions_per_plant: Annotated[
        int, Meta(ge=1, description="Subscriptions of one application to one plant.")
    ] = 20
    keep_days: Annotated[
        int,
        Meta(
            ge=1,
            description="Days that deliveries, attempts and losses stay listed at least. They go "
            "in slices of a seventh of that, so up to so much later.",
        ),
    ] = 14

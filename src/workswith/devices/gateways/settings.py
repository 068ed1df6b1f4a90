"""What can be set about real gateways."""

from typing import Annotated

from msgspec import Meta

from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """Section ``mqtt``."""

    url: Annotated[
        str,
        Meta(
            description="mqtts://user:password@host:8884 of an MQTT 5 broker; empty: no real gateways."
        ),
    ] = ""
    authority: Annotated[
        str,
        Meta(description="A PEM file of the authority of the broker; empty: those of the system."),
    ] = ""
    shared_group: Annotated[
        str, Meta(description="The name under which all processes share the gateways' messages.")
    ] = "workswith"
    payload_bytes: Annotated[
        int, Meta(ge=1_024, le=1_048_576, description="The longest message of a gateway.")
    ] = 65_536
    messages_per_minute: Annotated[
        int,
        Meta(ge=10, description="A gateway that sends more to one process is kept out."),
    ] = 600
    quarantine_minutes: Annotated[
        int, Meta(ge=1, description="For so long a gateway that sent too much is kept out.")
    ] = 10
    modules: Annotated[int, Meta(ge=1, le=1_000, description="The most modules of a gateway.")] = (
        250
    )
    alive_seconds: Annotated[
        int,
        Meta(
            ge=1,
            description="A gateway says something at least this often; after two silences it is "
            "asked, and then off line.",
        ),
    ] = 120
    certificate_days: Annotated[
        int, Meta(ge=1, le=3_650, description="For so long a gateway's certificate is good.")
    ] = 825

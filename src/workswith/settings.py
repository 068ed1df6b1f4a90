"""Every setting of the program: each area's own, under the area's name.

``workswith settings`` prints them all; a TOML file and then ``WORKSWITH_*`` variables change them.
"""

from typing import Annotated, Literal

from msgspec import Meta, field

import workswith.catalog.settings
import workswith.devices.gateways.settings
import workswith.devices.settings
import workswith.events.settings
import workswith.gateway.settings
import workswith.identity.settings
import workswith.sandbox.settings
import workswith.web.settings
import workswith.webhooks.settings
from workswith.kernel.settings import Section


class Log(Section, frozen=True):
    """The section ``log``."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="The least important events that are logged."),
    ] = "info"
    as_json: Annotated[bool, Meta(description="One JSON object a line, for programs.")] = False


class Database(Section, frozen=True):
    """The section ``database``."""

    url: Annotated[
        str,
        Meta(
            description="postgresql://… or sqlite:///path; empty: workswith.db in the data folder."
        ),
    ] = ""
    connections: Annotated[
        int, Meta(ge=1, le=1000, description="PostgreSQL connections of one process, at most.")
    ] = 10


class Http(Section, frozen=True):
    """The section ``http``."""

    head_seconds: Annotated[
        float,
        Meta(gt=0, description="How long a request line with its headers may take, in seconds."),
    ] = 10.0
    body_seconds: Annotated[
        float,
        Meta(gt=0, description="How long the body of any request may take, in seconds."),
    ] = 30.0


class Mail(Section, frozen=True):
    """The section ``mail``."""

    server: Annotated[
        str,
        Meta(
            description="smtp://…, smtp+starttls://… or smtps://user:password@host:port; empty: "
            "mails stay in the sandbox's mailbox."
        ),
    ] = ""
    sender: Annotated[
        str,
        Meta(
            description="The address that mails come from; a name before it, in < >, counts until "
            "the office names the programme."
        ),
    ] = "no-reply@workswith.example"


class Service(Section, frozen=True):
    """The section ``service``: what `workswith serve` needs to know."""

    portal: Annotated[
        str, Meta(description="The portal's public address, such as https://developer.example.")
    ] = ""
    login: Annotated[
        str, Meta(description="The login service's public address; empty: the portal's.")
    ] = ""
    api: Annotated[str, Meta(description="The APIs' public address; empty: the portal's.")] = ""
    host: Annotated[str, Meta(description="The address of this machine to listen on.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(ge=0, le=65535, description="The port to listen on.")] = 8400
    processes: Annotated[
        int, Meta(ge=0, le=512, description="Processes that answer calls; 0: one for each core.")
    ] = 0
    workers: Annotated[
        int,
        Meta(ge=0, le=64, description="Processes for background work that `serve` starts as well."),
    ] = 1


class Settings(Section, frozen=True):
    """All of them."""

    data: Annotated[str, Meta(description="The data folder; `--data` wins over it.")] = ".workswith"
    log: Log = field(default_factory=Log)
    database: Database = field(default_factory=Database)
    service: Service = field(default_factory=Service)
    http: Http = field(default_factory=Http)
    mail: Mail = field(default_factory=Mail)
    catalog: workswith.catalog.settings.Settings = field(
        default_factory=workswith.catalog.settings.Settings
    )
    identity: workswith.identity.settings.Settings = field(
        default_factory=workswith.identity.settings.Settings
    )
    gateway: workswith.gateway.settings.Settings = field(
        default_factory=workswith.gateway.settings.Settings
    )
    devices: workswith.devices.settings.Settings = field(
        default_factory=workswith.devices.settings.Settings
    )
    mqtt: workswith.devices.gateways.settings.Settings = field(
        default_factory=workswith.devices.gateways.settings.Settings
    )
    events: workswith.events.settings.Settings = field(
        default_factory=workswith.events.settings.Settings
    )
    webhooks: workswith.webhooks.settings.Settings = field(
        default_factory=workswith.webhooks.settings.Settings
    )
    sandbox: workswith.sandbox.settings.Settings = field(
        default_factory=workswith.sandbox.settings.Settings
    )
    web: workswith.web.settings.Settings = field(default_factory=workswith.web.settings.Settings)

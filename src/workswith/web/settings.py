"""What can be set about the pages."""

from ipaddress import ip_network
from typing import Annotated, Literal

from msgspec import Meta

from workswith.kernel.brand import OURS
from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """The section ``web``."""

    brand: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=40,
            description="What the programme is called, until the office says otherwise.",
        ),
    ] = OURS
    trademark_owner: Annotated[
        str, Meta(description="Whose marks the footer says this program is independent of.")
    ] = "Legrand"
    forum_edit_hours: Annotated[
        int,
        Meta(
            ge=0,
            le=87_600,
            description="How long authors may edit and withdraw their posts; 0: not at all.",
        ),
    ] = 24
    console_client_id: Annotated[
        str,
        Meta(
            description="In production, the public application with which Try it signs in; its reply "
            "URL is the portal's /console/callback. Empty: a token has to be pasted."
        ),
    ] = ""
    test_homes: Annotated[
        Literal["sandbox", "everywhere", "never"],
        Meta(
            description="Where developers make homes for testing. In production their devices answer "
            "calls, but nothing happens by itself."
        ),
    ] = "sandbox"
    test_clock: Annotated[
        bool,
        Meta(description="Whether developers may move a sandbox's clock on the portal's pages."),
    ] = True
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses and networks of our own reverse proxies, whose X-Forwarded-For "
            "is believed; without them everybody behind a proxy is throttled as one."
        ),
    ] = ()
    metrics_token: Annotated[
        str,
        Meta(
            description="The Bearer token with which /metrics tells figures to Prometheus; empty: "
            "there is no such address."
        ),
    ] = ""
    language: Annotated[
        str, Meta(description="The language of pages for readers who ask for none that exists.")
    ] = "en"

    def __post_init__(self) -> None:
        for one in self.trusted_proxies:
            ip_network(one, strict=False)  # ValueError: a mistake is found at the start

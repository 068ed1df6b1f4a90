"""What can be set about events."""

from typing import Annotated

from msgspec import Meta

from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """The section ``events``."""

    keep_days: Annotated[
        int,
        Meta(ge=1, le=3650, description="Days that an event stays listed after it was relayed."),
    ] = 30

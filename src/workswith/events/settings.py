"""What can be set about events."""

from typing import Annotated

from msgspec import Meta

from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """The section ``events``."""

    keep_days: Annotated[
        int,
        Meta(
            ge=1,
            le=3650,
            description="Days that an event stays listed at least; they go in slices of a seventh "
            "of that, so up to so much later, and never before they were relayed.",
        ),
    ] = 30

"""What can be set about sandboxes alone."""

from typing import Annotated

from msgspec import Meta

from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """The section ``sandbox``."""

    reply_urls: Annotated[
        tuple[str, ...],
        Meta(
            description="Further reply URLs of the sample application when it is made: https, or plain "
            "http on this machine."
        ),
    ] = ()

"""What can be set about the pages."""

from typing import Annotated

from msgspec import Meta

from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """The section ``web``."""

    brand: Annotated[
        str, Meta(min_length=1, max_length=40, description="The name in the header.")
    ] = "WorksWith"
    trademark_owner: Annotated[
        str, Meta(description="Whose marks the footer says this program is independent of.")
    ] = "Legrand"
    language: Annotated[
        str, Meta(description="The language of pages for readers who ask for none that exists.")
    ] = "en"

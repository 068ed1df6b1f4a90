"""What can be set about sandboxes alone."""

from typing import Annotated

from msgspec import Meta

from workswith.identity.reply_urls import check_reply_url
from workswith.kernel.problem import Problem
from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """The section ``sandbox``."""

    reply_urls: Annotated[
        tuple[str, ...],
        Meta(
            max_length=8,  # beside the two that it has anyway
            description="Further reply URLs of the sample application when it is made: https, or plain "
            "http on this machine.",
        ),
    ] = ()

    def __post_init__(self) -> None:
        for url in self.reply_urls:
            try:
                check_reply_url(url)
            except Problem as problem:
                raise ValueError(problem.detail) from problem

"""What the operator has set for all pages: the brand and what is announced.

Held in memory and read again at most once a second of real time, so that pages cost no query and
every process follows; a change in the same process shows at once.
"""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from workswith.kernel.brand import USUAL_NAME, brand, name_in
from workswith.kernel.ident import digest

from . import announcements, language
from .announcements import SHOWN, Announcement
from .colours import sheet

if TYPE_CHECKING:
    from .services import Services

RECHECK_SECONDS = 1.0
LIGHT, DARK = "colour_light", "colour_dark"
LOGO_MARK = "logo_mark"
"""Names the content of the logo; empty without one."""
DOCUMENTS = ("terms", "privacy", "imprint")
"""The legal texts; each is set as ``{document}_{language}``."""
DEVICE = "device_"
"""Before the name of a device, as `home.words.GOODS` has it."""
USUAL = ("#0d5c55", "#63c9ba")
"""The colours of the stylesheet, for light and for dark pages."""


class House:
    """One per process; templates see it as ``house``."""

    def __init__(self, services: "Services", elapsed: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._elapsed = elapsed
        self._until = 0.0
        self._announcements: list[Announcement] = []
        self._usual = {USUAL_NAME: services.settings.brand}
        self.values: Mapping[str, str] = self._usual
        self.sheet = ""
        """The stylesheet of the brand's colours; empty for the usual ones."""
        self.sheet_mark = ""

    @property
    def name(self) -> str:
        return name_in(self.values)

    @property
    def logo_mark(self) -> str:
        return self.values.get(LOGO_MARK, "")

    @property
    def shown(self) -> list[Announcement]:
        now = self._services.clock.now()
        return [one for one in self._announcements if one.shown(now)][:SHOWN]

    @property
    def documents(self) -> list[str]:
        """The legal texts that there are."""
        return [name for name in DOCUMENTS if self.document(name)]

    def document(self, name: str) -> str:
        """In the language of the page, else in the first that there is."""
        codes = (language.current.get(), *language.languages())
        texts = (self.values.get(f"{name}_{code}", "") for code in codes)
        return next((text for text in texts if text), "")

    def device(self, name: str, usual: str) -> str:
        """What the operator calls a device that can be put into a home."""
        return self.values.get(f"{DEVICE}{name}") or usual

    def changed(self) -> None:
        """The next page reads everything again."""
        self._until = 0.0

    async def refresh(self) -> None:
        """Before each page; reads only what may be old."""
        if self._elapsed() < self._until:
            return
        self._until = self._elapsed() + RECHECK_SECONDS
        services = self._services
        self.values = self._usual | await brand(services.database)
        self._announcements = await announcements.not_over(services.database, services.clock.now())
        light, dark = self.values.get(LIGHT, ""), self.values.get(DARK, "")
        self.sheet = sheet(light or USUAL[0], dark or USUAL[1]) if light or dark else ""
        self.sheet_mark = digest(self.sheet)[:12] if self.sheet else ""

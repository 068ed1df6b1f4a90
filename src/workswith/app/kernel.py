"""What every area of one installation stands on."""

from dataclasses import dataclass, field

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.cipher import Cipher, derive
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells
from workswith.settings import Settings
from workswith.web.site.services import Origins


@dataclass(frozen=True, slots=True)
class Kernel:
    """One database, one clock, one secret: shared by all areas, owned by none."""

    settings: Settings
    database: Database
    clock: Clock
    origins: Origins
    instance_key: bytes
    ident: Ident = field(default_factory=Ident)
    bells: Bells = field(default_factory=Bells)
    broadcast: Broadcast = field(default_factory=Broadcast)
    signing_keys: tuple[bytes, ...] = ()
    """PEMs to sign with, before any are made: what a repeatable sandbox has."""

    @property
    def cipher(self) -> Cipher:
        """Keeps secrets at rest."""
        return Cipher(self.key("cipher"))

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose; nobody learns the installation's own key from them."""
        return derive(self.instance_key, purpose)

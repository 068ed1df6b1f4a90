"""Who is calling: your application, and your subscription to a product."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Application:
    """``client_secret`` is empty for a public application, which proves itself by PKCE alone.

    With two ``keys``, primary and secondary, a refused one is replaced by the other, so that each
    can be regenerated while the program runs.
    """

    client_id: str
    client_secret: str = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)

    @property
    def credentials(self) -> dict[str, str]:
        """For a form at ``/token``; in the body, where the original wants them."""
        secret = {"client_secret": self.client_secret} if self.client_secret else {}
        return {"client_id": self.client_id, **secret}


def application(
    client_id: str, client_secret: str, subscription_key: str | Sequence[str]
) -> Application:
    keys = (subscription_key,) if isinstance(subscription_key, str) else tuple(subscription_key)
    if not client_id or not keys or not all(keys):
        raise ConfigurationError("A client needs a client_id and a subscription key.")
    return Application(client_id, client_secret, keys)

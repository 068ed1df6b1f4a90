"""What both faces of a cloud know without asking."""

from collections.abc import Mapping

from .running import Running
from .values import Application, Home, User


class Known:
    """Addresses, credentials and homes of the seeded state."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self.touched = False
        """Whether a test had it before: the pytest plugin's own note."""

    @property
    def origin(self) -> str:
        """Where portal, login service and APIs are, such as ``http://127.0.0.1:40001``."""
        return self._running.origin

    @property
    def ca_file(self) -> str:
        """The authority of everything that the cloud serves by TLS, as PEM."""
        return str(self._running.ca_file)

    @property
    def keys(self) -> tuple[str, str]:
        """The subscription keys: primary, secondary."""
        subscription = self._running.cloud.document["subscription"]
        return subscription["primary_key"], subscription["secondary_key"]

    @property
    def key(self) -> str:
        """The primary subscription key."""
        return self.keys[0]

    @property
    def application(self) -> Application:
        said = self._running.cloud.document["application"]
        return Application(said["client_id"], said["client_secret"], tuple(said["redirect_uris"]))

    @property
    def users(self) -> Mapping[str, User]:
        """``developer``, ``end_user`` (who lives in the homes) and ``operator``."""
        document = self._running.cloud.document
        return {
            word: User(document[word]["email"], document[word]["password"])
            for word in ("developer", "end_user", "operator")
        }

    @property
    def homes(self) -> tuple[Home, ...]:
        """What the end-user was given with the seed; thermostats first."""
        return self._running.plants()

    @property
    def thermostat(self) -> tuple[str, str]:
        """(plant id, module id) of the first thermostat."""
        home = next(one for one in self.homes if one.api == "smarther" and one.modules)
        return home.id, home.modules[0].id

    @property
    def control_token(self) -> str:
        """Opens the control interface at ``{origin}/sandbox``."""
        return str(self._running.cloud.document["sandbox"]["token"])

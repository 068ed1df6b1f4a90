"""What one running site has beyond the services that it was given."""

from jinja2 import Environment

from .assets import Assets
from .cookies import Signer
from .house import House
from .services import Services
from .submissions import Submissions
from .templates import environment


class Site:
    """One per process; pages find it as ``visit.site``."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.assets = Assets()
        self.house = House(services)
        self.templates: Environment = environment(services, self.assets)
        self.submissions = Submissions(services.clock)
        self.csrf = Signer(services.key, "form")
        self.visitors = Signer(services.key, "visitor")
        self.notices = Signer(services.key, "notice")
        self.former = Signer(services.key, "former")

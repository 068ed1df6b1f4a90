"""Guides: one page for each thing that a developer has to do, with the reader's own values. [PRT-4]

What stands in a block of code runs as it stands, once the words in braces are replaced; a test takes
the blocks from the pages and runs them against a cloud (`tests/journeys/test_guides.py`).
"""

from dataclasses import dataclass
from typing import NamedTuple

from starlette.responses import Response
from starlette.routing import Route

from workswith.contracts import Document
from workswith.contracts.renderings import calls, reference, samples
from workswith.identity.application import Application
from workswith.kernel.clock import SECOND
from workswith.web.site.language import lazy
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit
from workswith.webhooks.settings import Rules

from . import own, wizard
from .flow import flow
from .receiver import RECEIVER

API = "smarther-v2.0"
"""The API that the guides call."""
ENDPOINT = "https://application.example/notifications"


class Guide(NamedTuple):
    """A card on the list of guides, and what the search looks into."""

    path: str
    title: str
    summary: str


GUIDES = (
    Guide(
        "/getting-started",
        lazy("Getting started"),
        lazy("Account, key, first call, application, tokens."),
    ),
    Guide(
        "/guides/application",
        lazy("Create an application"),
        lazy("Name, logo, reply URLs, scopes, secret: what each of them decides."),
    ),
    Guide(
        "/guides/oauth",
        lazy("Let users in with OAuth 2.0"),
        lazy("Who sends what to whom, from the sign-in to the next refresh token."),
    ),
    Guide(
        "/guides/ids",
        lazy("Find plantId, moduleId, ambientId"),
        lazy("Two calls that tell every id, and the ids of your own homes."),
    ),
    Guide(
        "/guides/notifications",
        lazy("Be notified of changes"),
        lazy("Subscribe, what arrives, answering in time, retries, bans, catching up."),
    ),
    Guide(
        "/guides/keys",
        lazy("Change a key without a pause"),
        lazy("Four steps, and how to see that nobody uses the old key any more."),
    ),
    Guide(
        "/guides/postman",
        lazy("Use Postman"),
        lazy("The whole flow as a collection with your values: import, sign in, run."),
    ),
    Guide(
        "/faq",
        lazy("Questions and answers"),
        lazy("Short answers to what developers ask."),
    ),
    Guide(
        "/faq#errors", lazy("Errors"), lazy("Every status the APIs answer with, and what to do.")
    ),
    Guide("/faq#words", lazy("Glossary"), lazy("Plant, ambient, module, scope: the words we use.")),
)

ACTORS = (
    lazy("The user's browser"),
    lazy("Your server"),
    lazy("Login service"),
    lazy("API"),
)


class Message(NamedTuple):
    """An arrow of the sequence; actors count from 1."""

    sender: int
    receiver: int
    text: str


SEQUENCE = (
    Message(2, 1, lazy("“Go to /authorize”, with client_id, state, code_challenge")),
    Message(1, 3, lazy("Signs in and allows every scope")),
    Message(3, 1, lazy("“Go to the reply URL”, with code and state")),
    Message(1, 2, lazy("Brings the code")),
    Message(2, 3, lazy("POST /token with code, code_verifier, secret")),
    Message(3, 2, lazy("Access token (1 hour), refresh token (90 days)")),
    Message(2, 4, lazy("Call with subscription key and access token")),
    Message(4, 2, lazy("Answer")),
    Message(2, 3, lazy("POST /token with the refresh token, before the hour is over")),
    Message(3, 2, lazy("The next pair of tokens")),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """What the reader has, or what stands in its place."""

    keys: list[own.OwnKey]
    applications: list[Application]
    homes: list[own.OwnHome]

    @property
    def key(self) -> str:
        return self.keys[0].key if self.keys else calls.KEY_PLACEHOLDER

    @property
    def application(self) -> Application | None:
        return self.applications[0] if self.applications else None


async def _reader(visit: Visit) -> Reader:
    return Reader(
        await own.keys(visit, API), await own.applications(visit), await own.plants(visit)
    )


async def listing(visit: Visit) -> Response:
    return visit.render("portal/guides.html", guides=GUIDES)


async def application(visit: Visit) -> Response:
    return visit.render(
        "portal/guides/application.html", reader=await _reader(visit), steps=wizard.WORDS
    )


async def oauth(visit: Visit) -> Response:
    """The flow drawn, then each request of it."""
    reader = await _reader(visit)
    login = visit.services.origins.login
    return visit.render(
        "portal/guides/oauth.html",
        reader=reader,
        actors=ACTORS,
        sequence=SEQUENCE,
        flow=flow(login, reader.application, visit.services.ident.secret()),
        call=_command(visit, reader, "Plants"),
    )


async def ids(visit: Visit) -> Response:
    reader = await _reader(visit)
    return visit.render(
        "portal/guides/ids.html",
        reader=reader,
        plants=_command(visit, reader, "Plants"),
        topology=_command(visit, reader, "Topology"),
    )


async def notifications(visit: Visit) -> Response:
    """With the numbers of this installation's delivery policy."""
    reader = await _reader(visit)
    document = _document(visit)
    body = f'{{"EndPointUrl": "{ENDPOINT}"}}'
    shown = document.notifications[0] if document and document.notifications else None
    rules = visit.services.webhook_rules or Rules()
    return visit.render(
        "portal/guides/notifications.html",
        reader=reader,
        rules=rules,
        delays=[_span(seconds * SECOND) for seconds in rules.delays],
        subscribe=_command(visit, reader, "Subscribe-to-C2C-notifications", body),
        listed=_command(visit, reader, "Get-subscriptions-to-C2C-notifications"),
        unsubscribe=_command(visit, reader, "Delete-subscription-to-C2C-notifications"),
        state=_command(visit, reader, "Get-Chronothermostat-Status"),
        example=reference.body_view(shown.body).samples[0].text if shown else "",
        receiver=RECEIVER,
    )


async def keys(visit: Visit) -> Response:
    reader = await _reader(visit)
    return visit.render(
        "portal/guides/keys.html",
        reader=reader,
        call=_command(visit, reader, "Plants"),
    )


async def postman(visit: Visit) -> Response:
    return visit.render("portal/guides/postman.html", reader=await _reader(visit))


def _document(visit: Visit) -> Document | None:
    documents = [api.document for api in visit.services.apis]
    return next((each for each in documents if each.slug == API), None)


def _command(visit: Visit, reader: Reader, operation_id: str, body: str | None = None) -> str:
    """A command for a terminal; empty where the installation does not have the API."""
    document = _document(visit)
    if document is None:
        return ""
    operation = document.operation(operation_id)
    made = calls.compose(
        document,
        operation,
        visit.services.origins.api,
        key=reader.key,
        values=_ids(reader),
        body=body,
    )
    return samples.curl(made)


def _ids(reader: Reader) -> dict[str, str]:
    """The first home that the API can see, and its first module."""
    home = next((one for one in reader.homes if one.plant.api == "smarther" and one.modules), None)
    if home is None:
        return {}
    return {"plantId": home.plant.id, "moduleId": home.modules[0].id}


def _span(milliseconds: int) -> str:
    """10 s, 5 min."""
    seconds = milliseconds // SECOND
    return f"{seconds // 60} min" if seconds >= 60 and seconds % 60 == 0 else f"{seconds} s"


ROUTES = [
    Route("/guides", page(listing), methods=["GET"]),
    Route("/guides/application", page(application), methods=["GET"]),
    Route("/guides/oauth", page(oauth), methods=["GET"]),
    Route("/guides/ids", page(ids), methods=["GET"]),
    Route("/guides/notifications", page(notifications), methods=["GET"]),
    Route("/guides/keys", page(keys), methods=["GET"]),
    Route("/guides/postman", page(postman), methods=["GET"]),
]

"""Every page of the site, once, with the way to it: what looks at all pages reads this list.

A new route needs an entry here; `journeys/test_accessibility.py` compares the two.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from starlette.routing import Route

from tests.cloud import Cloud
from tests.person import Person, signed_in
from workswith.web import account, home, office, portal, signin, testing
from workswith.web.site import branding

NOBODY, DEVELOPER, OWNER, OPERATOR = "nobody", "developer", "end_user", "operator"
NEW = "nina@example.com"
"""Has signed up and not confirmed it."""
BEGINS = {DEVELOPER: "/", OWNER: "/home", OPERATOR: "/office/requests"}
"""Where each begins after the sign-in."""


@dataclass(frozen=True, slots=True)
class Place:
    """``path`` is a format text of the names that `prepare` gives; ``who`` looks at it."""

    name: str
    route: str
    path: str
    who: str = NOBODY
    status: int = 200


_AUTHORIZE = "/authorize?client_id={client}&redirect_uri={redirect_uri}&response_type=code&state=s"
_PROGRAMS = "/home/{plant}/thermostats/{module}/programs"
_WIZARD = "/applications/new/{draft}/{step}"

PLACES = (
    Place("front", "/", "/"),
    Place("front-developer", "/", "/", DEVELOPER),
    Place("guides", "/guides", "/guides"),
    Place("getting-started", "/getting-started", "/getting-started", DEVELOPER),
    Place("faq", "/faq", "/faq"),
    Place("design", "/design", "/design"),
    Place("changelog", "/changelog", "/changelog"),
    Place("announcements", "/announcements", "/announcements"),
    Place("contact-visitor", "/contact", "/contact"),
    Place("contact", "/contact", "/contact", DEVELOPER),
    Place("ticket", "/contact/{ticket}", "{ticket}", DEVELOPER),
    Place("forum", "/forum", "/forum"),
    Place("forum-new", "/forum/new", "/forum/new", DEVELOPER),
    Place("forum-thread", "/forum/threads/{thread}", "{thread}", DEVELOPER),
    Place("forum-thread-operator", "/forum/threads/{thread}", "{thread}", OPERATOR),
    Place("forum-edit", "/forum/posts/{post}/edit", "{post_edit}", DEVELOPER),
    Place("showcase", "/showcase", "/showcase", DEVELOPER),
    Place("showcase-new", "/showcase/new", "/showcase/new", DEVELOPER),
    Place("showcase-entry", "/showcase/{entry}", "{entry}", DEVELOPER),
    Place("office-tickets", "/office/tickets", "/office/tickets", OPERATOR),
    Place("office-ticket", "/office/tickets/{ticket}", "/office{office_ticket}", OPERATOR),
    Place("office-forum", "/office/forum", "/office/forum", OPERATOR),
    Place("office-news", "/office/news", "/office/news", OPERATOR),
    Place("office-news-new", "/office/news/new", "/office/news/new", OPERATOR),
    Place("office-news-edit", "/office/news/{news}", "/office/news/x", DEVELOPER, 404),
    Place(
        "office-announcement",
        "/office/announcements/{announcement}",
        "/office/announcements/x",
        DEVELOPER,
        404,
    ),
    Place("office-showcase", "/office/showcase", "/office/showcase", OPERATOR),
    Place("api-changes", "/apis/{api}/changes", "/apis/echo/changes"),
    Place("status", "/status", "/status"),
    Place("search", "/search", "/search?q=notification"),
    Place("guide-application", "/guides/application", "/guides/application", DEVELOPER),
    Place("guide-oauth", "/guides/oauth", "/guides/oauth", DEVELOPER),
    Place("guide-ids", "/guides/ids", "/guides/ids", DEVELOPER),
    Place("guide-notifications", "/guides/notifications", "/guides/notifications", DEVELOPER),
    Place("guide-keys", "/guides/keys", "/guides/keys", DEVELOPER),
    Place("guide-postman", "/guides/postman", "/guides/postman", DEVELOPER),
    Place("guide-oauth-visitor", "/guides/oauth", "/guides/oauth"),
    # Sign-in and consent
    Place("sign-in", "/signin", "/signin"),
    Place("sign-in-home", "/signin", "/signin?return_to=/home"),
    Place("sign-up", "/signup", "/signup"),
    Place("sign-up-developer", "/signup/developer", "/signup/developer"),
    Place("sign-up-home", "/signup/home", "/signup/home"),
    Place("sign-up-sent", "/signup/sent", "/signup/sent?email=ada@example.com"),
    Place("sign-up-mail", "/signup/mail", "/signup/mail"),
    Place("verify", "/verify", "{verify}"),
    Place("verify-over", "/verify", "/verify?token=t", status=404),
    Place("forgot", "/forgot", "/forgot"),
    Place("forgot-sent", "/forgot/sent", "/forgot/sent?email=ada@example.com"),
    Place("reset", "/reset", "{reset}"),
    Place("reset-over", "/reset", "/reset?token=t", status=404),
    Place("authorize-sign-in", "/authorize", _AUTHORIZE),
    Place("consent", "/authorize", _AUTHORIZE + "&prompt=consent", OWNER),
    Place("authorize-error", "/authorize", "/authorize?client_id=unknown", status=401),
    Place("consent-reloaded", "/authorize/consent", _AUTHORIZE.replace("?", "/consent?")),
    Place("device", "/device", "/device", OWNER),
    Place("sign-out-asked", "/end_session", "/end_session", OWNER),
    Place("sign-out-done", "/end_session/confirmed", "/end_session"),
    # Homes
    Place("homes", "/home", "/home", OWNER),
    Place("home", "/home/{plant}", "/home/{plant}", OWNER),
    Place(
        "thermostat",
        "/home/{plant}/thermostats/{module}",
        "/home/{plant}/thermostats/{module}",
        OWNER,
    ),
    Place("home-new", "/home/new", "/home/new", OWNER),
    Place("home-of-every-kind", "/home/{plant}", "/home/{house}", OWNER),
    Place(
        "home-settings", "/home/{plant}/settings", "/home/{house}/settings?device={dimmer}", OWNER
    ),
    Place("home-device", "/home/{plant}/devices/{module}", "/home/{house}/devices/{dimmer}", OWNER),
    Place(
        "device-shutter", "/home/{plant}/devices/{module}", "/home/{house}/devices/{shutter}", OWNER
    ),
    Place("history", "/home/{plant}/history/{module}", "/home/{plant}/history/{module}", OWNER),
    Place(
        "history-energy",
        "/home/{plant}/history/{module}",
        "/home/{house}/history/{meter}?range=week",
        OWNER,
    ),
    Place("programs", _PROGRAMS, "/home/{plant}/thermostats/{module}/programs", OWNER),
    Place("program-edit", _PROGRAMS + "/{number}", _PROGRAMS + "/1", OWNER),
    Place("program-new", _PROGRAMS + "/{number}", _PROGRAMS + "/new?function=cooling", OWNER),
    Place(
        "third-party-access", "/account/third-party-access", "/account/third-party-access", OWNER
    ),
    Place(
        "no-third-party", "/account/third-party-access", "/account/third-party-access", DEVELOPER
    ),
    Place("developers-only", "/applications", "/applications", OWNER, 403),
    # One's own account
    Place("account", "/account", "/account", OWNER),
    Place("account-developer", "/account", "/account", DEVELOPER),
    Place("account-name", "/account/name", "/account/name", OWNER),
    Place("account-about", "/account/about", "/account/about", OWNER),
    Place("account-email", "/account/email", "/account/email", OWNER),
    Place("account-email-confirm", "/account/email/confirm", "{email_confirm}"),
    Place(
        "account-email-over", "/account/email/confirm", "/account/email/confirm?token=t", status=404
    ),
    Place("account-password", "/account/password", "/account/password", OWNER),
    Place("account-close", "/account/close", "/account/close", DEVELOPER),
    Place("second-factor", "/account/second-factor", "/account/second-factor", OWNER),
    Place(
        "second-factor-setup",
        "/account/second-factor/setup",
        "/account/second-factor/setup",
        OWNER,
        404,
    ),
    Place("new-codes", "/account/second-factor/codes", "/account/second-factor/codes", OWNER),
    Place("second-factor-off", "/account/second-factor/off", "/account/second-factor/off", OWNER),
    Place("passkey", "/account/passkeys/new", "/account/passkeys/new", OWNER),
    Place(
        "link",
        "/account/third-party-access/link/{app}",
        "/account/third-party-access/link/thermostat",
        OWNER,
    ),
    # The office, which is there for operators only
    Place("office-requests", "/office/requests", "/office/requests", DEVELOPER, 404),
    Place("office-accounts", "/office/accounts", "/office/accounts", DEVELOPER, 404),
    Place("office-account", "/office/accounts/{account}", "/office/accounts/x", DEVELOPER, 404),
    Place("office-audit", "/office/audit", "/office/audit", DEVELOPER, 404),
    Place("office", "/office", "/office", OPERATOR),
    Place("office-products", "/office/products", "/office/products", OPERATOR),
    Place("office-product-new", "/office/products/new", "/office/products/new", OPERATOR),
    Place(
        "office-product",
        "/office/products/{product}",
        "/office/products/starter-kit",
        OPERATOR,
    ),
    Place("office-subscriptions", "/office/subscriptions", "/office/subscriptions", OPERATOR),
    Place(
        "office-subscription",
        "/office/subscriptions/{subscription}",
        "/office/subscriptions/{subscription}",
        OPERATOR,
    ),
    Place("office-apis", "/office/apis", "/office/apis", OPERATOR),
    Place("office-api", "/office/apis/{api}", "/office/apis/echo", OPERATOR),
    Place("office-gateways", "/office/gateways", "/office/gateways", OPERATOR),
    Place("office-announcements", "/office/announcements", "/office/announcements", OPERATOR),
    Place(
        "office-announcement-new",
        "/office/announcements/new",
        "/office/announcements/new",
        OPERATOR,
    ),
    Place("office-brand", "/office/brand", "/office/brand", OPERATOR),
    Place("office-requests-operator", "/office/requests", "/office/requests", OPERATOR),
    Place("office-accounts-operator", "/office/accounts", "/office/accounts", OPERATOR),
    Place("office-audit-operator", "/office/audit", "/office/audit", OPERATOR),
    Place("office-notifications", "/office/notifications", "/office/notifications", OPERATOR),
    # The portal
    Place("products", "/products", "/products"),
    Place("products-none", "/products", "/products?q=nothing-like-it"),
    Place("product", "/products/{product}", "/products/starter-kit"),
    Place("product-developer", "/products/{product}", "/products/starter-kit", DEVELOPER),
    Place("subscriptions", "/subscriptions", "/subscriptions", DEVELOPER),
    Place("profile", "/profile", "/profile", DEVELOPER),
    Place("usage", "/usage", "/usage", DEVELOPER),
    Place("usage-hours", "/usage", "/usage?range=day", DEVELOPER),
    Place("usage-none", "/usage", "/usage?range=day&page=9", DEVELOPER),
    Place(
        "rename",
        "/profile/subscriptions/{subscription}/rename",
        "/profile/subscriptions/{subscription}/rename",
        DEVELOPER,
    ),
    Place("apis", "/apis", "/apis"),
    Place("api", "/apis/{api}", "/apis/smarther-v2.0"),
    Place("api-echo", "/apis/{api}", "/apis/echo", DEVELOPER),
    Place(
        "operation",
        "/apis/{api}/operations/{operation}",
        "/apis/smarther-v2.0/operations/Set-Chronothermostat-Status",
    ),
    Place(
        "operation-answers",
        "/apis/{api}/operations/{operation}",
        "/apis/smarther-v2.0/operations/Topology",
        DEVELOPER,
    ),
    Place(
        "try-it",
        "/apis/{api}/operations/{operation}/console",
        "/apis/smarther-v2.0/operations/Set-Chronothermostat-Status/console",
        DEVELOPER,
    ),
    Place(
        "try-it-signed-out",
        "/apis/{api}/operations/{operation}/console",
        "/apis/echo/operations/retrieve-resource/console",
    ),
    Place("test-homes", "/homes", "/homes", DEVELOPER),
    Place("try-it-window", "/console/callback", "/console/callback", status=400),
    Place("applications", "/applications", "/applications", DEVELOPER),
    Place("application", "/applications/{application}", "/applications/{client}", DEVELOPER),
    Place(
        "application-details",
        "/applications/{application}/details",
        "/applications/{client}/details",
        DEVELOPER,
    ),
    Place(
        "application-reply-urls",
        "/applications/{application}/reply-urls",
        "/applications/{client}/reply-urls",
        DEVELOPER,
    ),
    Place(
        "application-scopes",
        "/applications/{application}/scopes",
        "/applications/{client}/scopes",
        DEVELOPER,
    ),
    Place(
        "notifications",
        "/applications/{application}/notifications",
        "/applications/{client}/notifications",
        DEVELOPER,
    ),
    Place(
        "notification-tokens",
        "/applications/{application}/notifications/tokens",
        "/applications/{client}/notifications/tokens",
        DEVELOPER,
    ),
    Place(
        "program",
        "/applications/{application}/program",
        "/applications/{client}/program",
        DEVELOPER,
    ),
    Place(
        "endpoint",
        "/applications/{application}/endpoints/{endpoint}",
        "/applications/{client}/endpoints/{endpoint}",
        DEVELOPER,
    ),
    Place("wizard", "/applications/new", "/applications/new", DEVELOPER),
    Place("wizard-details", _WIZARD, "/applications/new/{draft}/details", DEVELOPER),
    Place("wizard-reply-urls", _WIZARD, "/applications/new/{draft}/reply-urls", DEVELOPER),
    Place("wizard-scopes", _WIZARD, "/applications/new/{draft}/scopes", DEVELOPER),
    Place("wizard-summary", _WIZARD, "/applications/new/{draft}/summary", DEVELOPER),
    # Testing
    Place("testing", "/testing", "/testing", DEVELOPER),
    Place("coverage", "/testing/coverage", "/testing/coverage", DEVELOPER),
    # The rest
    Place("legal", "/legal/{document}", "/legal/terms"),
    Place("nowhere", "", "/nowhere", status=404),
    Place("nowhere-owner", "", "/nowhere", OWNER, 404),
    Place("nowhere-operator", "", "/nowhere", OPERATOR, 404),
    Place("mailbox", "/sandbox/mailbox", "/sandbox/mailbox?token={token}"),
)

NO_PAGES = frozenset(
    {
        "/brand.css",
        "/brand/logo",
        "/apis/{api}/openapi.json",
        "/apis/{api}/changes.atom",
        "/changelog.atom",
        "/announcements.atom",
        "/status.atom",
        "/home/{plant}/history/{module}/csv",
        "/postman.json",
        "/usage/csv",
        "/logos/{client}",
        "/console/notifications",
        "/console/authorize",  # goes on to /authorize
        "/console/quota",
        "/device/answer",  # asks for the code when it is opened by itself
        "/metrics",  # for programs
        "/signin/company/callback",
        "/signin/second",  # goes back without a password before it
        "/account/third-party-access/link/{app}/confirm",  # goes back without a token
        "/account/third-party-access/link/{app}/second",  # the same
    }
)
"""Routes that a browser opens and that show no page."""


def routes() -> set[str]:
    """Every route of the site that shows a page."""
    every = [
        *signin.ROUTES,
        *home.ROUTES,
        *account.ROUTES,
        *office.ROUTES,
        *portal.ROUTES,
        *testing.ROUTES,
        *branding.ROUTES,
    ]
    shown = {
        route.path for route in every if isinstance(route, Route) and "GET" in (route.methods or ())
    }
    return shown - NO_PAGES


def prepare(cloud: Cloud) -> dict[str, str]:
    """Puts something on every page: a notification that fails, a request half made."""
    plant, module = cloud.thermostat()
    house = next(one for one in cloud.every_plant if one["api"] == "home_control")
    devices = {one["name"]: one["id"] for one in house["modules"]}
    names = {
        "plant": plant,
        "house": house["id"],
        "dimmer": devices["Luce soggiorno"],
        "shutter": devices["Tenda soggiorno"],
        "meter": devices["Contatore"],
        "module": module,
        "client": cloud.document["application"]["client_id"],
        "redirect_uri": quote(cloud.document["application"]["redirect_uris"][0], safe=""),
        "token": cloud.document["sandbox"]["token"],
    }
    with cloud.http(headers=cloud.api_headers()) as http:
        url = f"{cloud.origin('api')}/smarther/v2.0/plants/{plant}/subscription"
        http.post(url, json={"EndPointUrl": "https://localhost:1/hook"}).raise_for_status()
        turn = {
            "function": "heating", "mode": "manual", "setPoint": {"value": 22.5, "unit": "C"}
        }  # fmt: skip
        http.post(cloud.status_url(), json=turn).raise_for_status()
    cloud.advance("1m")

    dora = signed_in(cloud, "developer")
    profile = dora.open(f"{cloud.origin('portal')}/profile").text
    names["subscription"] = profile.partition('id="subscription-')[2].partition('"')[0]
    page = f"/applications/{names['client']}"
    notified = dora.open(f"{cloud.origin('portal')}{page}/notifications").text
    names["endpoint"] = notified.partition(f"{page}/endpoints/")[2].partition('"')[0]

    names |= _written(cloud, dora)
    names |= _mailed(cloud)
    _say_the_terms(cloud)
    dora.open(f"{cloud.origin('portal')}/applications/new")
    form = dora.form_with("name", "vendor")
    names["draft"] = form.action.split("/")[-2]
    dora.submit(
        form,
        name="Warm at Six",
        description="Warms the house before you come home.",
        vendor="Example & Sons",
        url="https://client.example/",
    )
    urls = ["https://client.example/callback", "http://localhost:8765/callback"]
    dora.submit(dora.form_with("reply_url"), ("go", "next"), reply_url=urls)
    scopes = ["offline_access", "topology.read", "comfort.read"]
    dora.submit(dora.form_to("/scopes"), ("go", "next"), scope=scopes)
    assert dora.page is not None
    assert str(dora.page.url).endswith("/summary"), dora.page.url
    return names


def _mailed(cloud: Cloud) -> dict[str, str]:
    """The links of mails that nobody has opened."""
    portal, visitor = cloud.origin("portal"), Person(cloud.verify)

    def path(email: str) -> str:
        return str(cloud.mails(email)[0]["link"]).removeprefix(portal)

    visitor.open(f"{portal}/signup/home")
    form = visitor.form_with("first_name", "email")
    visitor.submit(form, first_name="Nina", surname="New", email=NEW, password=f"{NEW} waits")
    known = cloud.document["end_user"]
    visitor.open(f"{portal}/forgot")
    visitor.submit(visitor.form_with("email"), email=known["email"])
    found = {"verify": path(NEW), "reset": path(known["email"])}
    enzo = signed_in(cloud, "end_user", "/account/email")
    enzo.submit(enzo.form_with("email"), email=f"next-{NEW}", current=known["password"])
    return found | {"email_confirm": path(f"next-{NEW}")}


def _say_the_terms(cloud: Cloud) -> None:
    """As an operator writes them."""
    olga = signed_in(cloud, "operator", "/office/brand")
    terms = {"en": "Be kind to the homes.", "fr": "Soyez bons.", "it": "Siate buoni."}
    texts = {f"terms_{language}": text for language, text in terms.items()}
    shown = olga.submit(olga.form_with("terms_en"), None, **texts)
    assert "/legal/terms" in shown.text, shown.text


def _written(cloud: Cloud, dora: Person) -> dict[str, str]:
    """A ticket, a thread and a solution; where each stands."""
    portal = cloud.origin("portal")
    found = {}
    for name, path, fields in (
        (
            "ticket",
            "/contact",
            {"about": "quota", "subject": "More calls for winter", "text": "**Please.**"},
        ),
        (
            "thread",
            "/forum/new",
            {"category": "apis", "title": "How to read `loadState`?", "text": "It says ACTIVE."},
        ),
        (
            "entry",
            "/showcase/new",
            {
                "name": "Warm at Six",
                "summary": "Warms the house before you come home.",
                "url": "https://client.example/",
                "text": "Learns when you leave work.",
            },
        ),
    ):
        dora.open(portal + path)
        page = dora.submit(dora.form_with("text"), None, **fields)
        found[name] = str(page.url).removeprefix(portal)
        assert page.status_code == 200, page.text
        assert found[name] != path
        if name == "thread":
            edit = re.search(r"/forum/posts/\d+/edit", page.text)
            assert edit, page.text
            found["post_edit"] = edit[0]
    found["office_ticket"] = found["ticket"].replace("/contact", "/tickets")
    return found

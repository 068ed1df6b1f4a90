"""The words of the programme, in our own words. [API-4 PRT-1]"""

from dataclasses import dataclass

from workswith.web.site.language import lazy


@dataclass(frozen=True, slots=True)
class Word:
    id: str
    term: str
    meaning: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    words: tuple[Word, ...]


GLOSSARY = (
    Group(
        lazy("Homes and devices"),
        (
            Word("plant", lazy("Plant"), lazy("A location with devices."), lazy("a house, a flat")),
            Word("ambient", lazy("Ambient"), lazy("A room of a plant."), lazy("the living room")),
            Word(
                "module",
                lazy("Module"),
                lazy("One particular device."),
                lazy("the thermostat in the hall"),
            ),
            Word(
                "plug",
                lazy("Plug"),
                lazy("One outlet of a module that has several."),
                lazy("the kitchen outlet"),
            ),
            Word(
                "device",
                lazy("Device"),
                lazy("The kind of thing that a module is."),
                lazy("light, plug, lock"),
            ),
            Word(
                "system",
                lazy("Device system"),
                lazy("The family that a device belongs to."),
                lazy("lighting"),
            ),
            Word(
                "gateway",
                lazy("Gateway"),
                lazy("The apparatus in the home that keeps the link to the cloud for its modules."),
                lazy("a thermostat with Wi-Fi is its own gateway"),
            ),
        ),
    ),
    Group(
        lazy("Keys and applications"),
        (
            Word(
                "product",
                lazy("Product"),
                lazy("A bundle of APIs with a quota."),
                "Starter Kit",
            ),
            Word(
                "subscription",
                lazy("Subscription"),
                lazy("Your right to use a product. It has a name, a primary and a secondary key."),
            ),
            Word(
                "key",
                lazy("Subscription key"),
                lazy(
                    "Says which subscription a call belongs to. "
                    "It travels in the header Ocp-Apim-Subscription-Key."
                ),
            ),
            Word(
                "client-id",
                lazy("Application ID (client_id)"),
                lazy("Names your application. Not secret."),
            ),
            Word(
                "client-secret",
                lazy("Client secret (client_secret)"),
                lazy(
                    "Proves that a token request comes from your application. It is shown once; "
                    "if it is lost, generate another one."
                ),
            ),
            Word(
                "reply-url",
                lazy("Reply URL"),
                lazy(
                    "The address of your application to which the browser returns after sign-in. "
                    "The redirect_uri of a request must equal one of them, byte for byte."
                ),
            ),
        ),
    ),
    Group(
        lazy("Sign-in and tokens"),
        (
            Word(
                "oidc",
                "OpenID Connect",
                lazy("A layer on OAuth 2.0 that also tells the application who has signed in."),
            ),
            Word(
                "jwt",
                "JSON Web Token (JWT)",
                lazy(
                    "A signed JSON object in three parts, readable by anyone and forgeable by no one "
                    "(RFC 7519)."
                ),
            ),
            Word(
                "access-token",
                lazy("Access token (access_token)"),
                lazy("Lets an application call the APIs for one user, within its scopes. 1 hour."),
            ),
            Word(
                "id-token",
                lazy("Id token (id_token)"),
                lazy("Tells the application who signed in. The APIs refuse it."),
            ),
            Word(
                "refresh-token",
                lazy("Refresh token (refresh_token)"),
                lazy(
                    "Buys the next access token without the user. Keep it like a password; each use "
                    "replaces it."
                ),
            ),
            Word(
                "scope",
                lazy("Scope"),
                lazy("One thing that an application may do."),
                "comfort.read",
            ),
            Word(
                "consent",
                lazy("Consent"),
                lazy("A user's agreement that an application may use its scopes in their homes."),
            ),
        ),
    ),
)

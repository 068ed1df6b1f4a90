"""The words of the programme, in our own words. [API-4 PRT-1]"""

from dataclasses import dataclass


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
        "Homes and devices",
        (
            Word("plant", "Plant", "A location with devices.", "a house, a flat"),
            Word("ambient", "Ambient", "A room of a plant.", "the living room"),
            Word("module", "Module", "One particular device.", "the thermostat in the hall"),
            Word("plug", "Plug", "One outlet of a module that has several.", "the kitchen outlet"),
            Word("device", "Device", "The kind of thing that a module is.", "light, plug, lock"),
            Word("system", "Device system", "The family that a device belongs to.", "lighting"),
            Word(
                "gateway",
                "Gateway",
                "The apparatus in the home that keeps the link to the cloud for its modules.",
                "a thermostat with Wi-Fi is its own gateway",
            ),
        ),
    ),
    Group(
        "Keys and applications",
        (
            Word("product", "Product", "A bundle of APIs with a quota.", "Starter Kit"),
            Word(
                "subscription",
                "Subscription",
                "Your right to use a product. It has a name, a primary and a secondary key.",
            ),
            Word(
                "key",
                "Subscription key",
                "Says which subscription a call belongs to. "
                "It travels in the header Ocp-Apim-Subscription-Key.",
            ),
            Word("client-id", "Application ID (client_id)", "Names your application. Not secret."),
            Word(
                "client-secret",
                "Client secret (client_secret)",
                "Proves that a token request comes from your application. It is shown once; "
                "if it is lost, generate another one.",
            ),
            Word(
                "reply-url",
                "Reply URL",
                "The address of your application to which the browser returns after sign-in. "
                "The redirect_uri of a request must equal one of them, byte for byte.",
            ),
        ),
    ),
    Group(
        "Sign-in and tokens",
        (
            Word(
                "oidc",
                "OpenID Connect",
                "A layer on OAuth 2.0 that also tells the application who has signed in.",
            ),
            Word(
                "jwt",
                "JSON Web Token (JWT)",
                "A signed JSON object in three parts, readable by anyone and forgeable by no one "
                "(RFC 7519).",
            ),
            Word(
                "access-token",
                "Access token (access_token)",
                "Lets an application call the APIs for one user, within its scopes. 1 hour.",
            ),
            Word(
                "id-token",
                "Id token (id_token)",
                "Tells the application who signed in. The APIs refuse it.",
            ),
            Word(
                "refresh-token",
                "Refresh token (refresh_token)",
                "Buys the next access token without the user. Keep it like a password; each use "
                "replaces it.",
            ),
            Word("scope", "Scope", "One thing that an application may do.", "comfort.read"),
            Word(
                "consent",
                "Consent",
                "A user's agreement that an application may use its scopes in their homes.",
            ),
        ),
    ),
)

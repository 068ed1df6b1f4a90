"""The developer is told once when an endpoint starts failing, and once when it is banned."""

import pytest

from tests.webhooks.chain import Chain, Ground
from tests.webhooks.owned import EMAIL, owned
from tests.webhooks.test_worker import Scripted
from workswith.kernel import mail
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import HOUR, MINUTE, SECOND
from workswith.kernel.database import Tx, statement
from workswith.webhooks.desk import Desk
from workswith.webhooks.reading import EndpointView, applications, endpoints_of
from workswith.webhooks.sent import Sent
from workswith.webhooks.settings import Settings


@pytest.fixture
def scripted() -> Scripted:
    return Scripted(ok=False)


@pytest.fixture
async def chain(ground: Ground, settings: Settings, scripted: Scripted) -> Chain:
    """With an application that has an owner."""
    made = Chain(ground, settings, scripted)
    theirs = await owned(ground.database, ground.clock, ground.ident, Broadcast())
    await made.subscriptions.subscribe(
        "account-1", theirs.client_id, "plant-1", "smarther-v2.0", "https://hook.example/x"
    )
    return made


async def subjects(chain: Chain) -> list[str]:
    posted = await mail.latest(chain.database, EMAIL)
    return [one.subject for one in posted[::-1] if "hook.example" in one.subject]


async def test_failing_is_told_after_the_third_attempt(chain: Chain, scripted: Scripted) -> None:
    await chain.change()
    await chain.advance(39 * SECOND)
    assert await subjects(chain) == []
    await chain.advance(SECOND)
    assert await subjects(chain) == ["Failing: hook.example"]
    await chain.advance(HOUR)
    assert len(await subjects(chain)) == 1
    (posted, *_) = await mail.latest(chain.database, EMAIL)
    assert "https://hook.example/x" in posted.text
    assert "Cosy" in posted.text


async def test_a_ban_is_told_once_for_each_incident(chain: Chain, scripted: Scripted) -> None:
    await chain.change(times=20)
    await chain.settle()
    assert await subjects(chain) == ["Banned for 1 min: hook.example"]
    await chain.advance(HOUR)
    assert len(await subjects(chain)) == 1, "more bans of the same incident are not"
    scripted.ok = True
    await chain.change()
    await chain.advance(7 * HOUR)
    assert (await subjects(chain))[1:] == ["Delivering again: hook.example"]
    scripted.ok = False
    await chain.change(times=2)
    await chain.advance(MINUTE)
    assert (await subjects(chain))[2:] == ["Failing: hook.example"]


async def test_the_mail_is_in_the_owners_language_and_leads_to_the_page(
    chain: Chain, scripted: Scripted
) -> None:
    speak = statement("UPDATE account SET language = 'fr'")

    async def change(tx: Tx) -> None:
        await tx.run(speak)

    await chain.database.write(change)
    await chain.change(times=20)
    await chain.settle()
    (posted, *_) = await mail.latest(chain.database, EMAIL)
    endpoint = (await applications_endpoints(chain))[0]
    page = f"https://portal.example/applications/{endpoint.client_id}/endpoints/{endpoint.id}"
    assert posted.link == page
    assert posted.subject.startswith("Exclu")
    assert page in posted.text
    assert f'<a href="{page}"' in posted.html
    assert '<html lang="fr">' in posted.html


@pytest.mark.parametrize(
    ("language", "until", "why"),
    [
        ("en", "banned until 2026-", "Latest attempt: 500\n"),
        ("fr", "exclu jusqu’à 2026-", "Dernière tentative\N{NO-BREAK SPACE}: 500\n"),
        ("it", "escluso fino a 2026-", "Ultimo tentativo: 500\n"),
    ],
)
async def test_the_mail_of_a_ban_says_why_and_until_when_as_people_say_it(
    chain: Chain, language: str, until: str, why: str
) -> None:
    await chain.database.write(lambda tx: tx.run(_SPEAK, language=language))
    await banned(chain)
    (posted, *_) = await mail.latest(chain.database, EMAIL)
    assert until in posted.text
    assert " UTC" in posted.text
    assert why in posted.text


async def test_what_is_no_answer_is_said_in_the_owners_words(
    chain: Chain, scripted: Scripted
) -> None:
    await chain.database.write(lambda tx: tx.run(_SPEAK, language="fr"))
    scripted.failure = Sent(None, "timeout")
    await banned(chain)
    (posted, *_) = await mail.latest(chain.database, EMAIL)
    assert "Dernière tentative\N{NO-BREAK SPACE}: Pas de réponse à temps." in posted.text


async def applications_endpoints(chain: Chain) -> list[EndpointView]:
    client_ids = await applications(chain.database)
    return await endpoints_of(chain.database, client_ids, chain.settings.rules, chain.clock.now())


async def banned(chain: Chain) -> EndpointView:
    await chain.change(times=20)
    await chain.settle()
    (client_id,) = await applications(chain.database)
    (endpoint,) = await endpoints_of(
        chain.database, [client_id], chain.settings.rules, chain.clock.now()
    )
    assert endpoint.health(chain.clock.now()) == "banned"
    return endpoint


@pytest.mark.parametrize("by_operator", [False, True])
@pytest.mark.parametrize("language", ["en", "fr", "it"])
async def test_a_ban_that_somebody_lifts_is_told(
    chain: Chain, ground: Ground, by_operator: bool, language: str
) -> None:
    """In the owner's language, with who it was and the page; without a ban there is no mail."""
    await chain.database.write(lambda tx: tx.run(_SPEAK, language=language))
    endpoint = await banned(chain)
    desk = Desk(
        ground.database, ground.clock, ground.ident, ground.cipher, chain.settings,
        bells=ground.bells, renderers={}, portal="https://portal.example",
    )  # fmt: skip
    written = []

    async def note(tx: Tx) -> None:
        written.append("note")

    for _ in range(2):
        await desk.lift_ban(
            [endpoint.client_id], endpoint.id, by_operator=note if by_operator else None
        )
    subject, words = LIFTED[language]
    posted = [one for one in await mail.latest(chain.database, EMAIL) if subject in one.subject]
    assert len(posted) == 1
    assert words[by_operator] in posted[0].text
    assert endpoint.url in posted[0].text
    assert posted[0].link.endswith(f"/endpoints/{endpoint.id}")
    assert written == ["note"] * 2 * by_operator


LIFTED = {
    "en": ("Ban lifted: hook.example", ("you, or a program", "the operator lifted")),
    "fr": ("Exclusion levée : hook.example", ("Vous, ou un programme", "a levé l’exclusion")),
    "it": ("Esclusione tolta: hook.example", ("tu, o un programma", "ha tolto l’esclusione")),
}
_SPEAK = statement("UPDATE account SET language = :language")

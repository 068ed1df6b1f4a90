"""No value can add anything to the way back: not a parameter, not a line, not a fragment."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, strategies

from workswith.identity.parameters import single, unreadable
from workswith.identity.redirect import answer
from workswith.identity.scopes import BY_NAME, SCOPES, granted, narrowed

TEXT = strategies.text(strategies.characters(exclude_categories=["Cs"]), max_size=60)
URLS = strategies.sampled_from(
    ["https://a.test", "https://a.test/cb/", "https://a.test/cb?x=1", "https://a.test/cb?"]
)
NAMES = strategies.sets(strategies.sampled_from([scope.name for scope in SCOPES]))


@given(URLS, TEXT, TEXT)
def test_every_value_comes_back_as_it_was(url: str, code: str, state: str) -> None:
    redirect = answer(url, "https://login.test/id", state, code=code).url
    parts = urlsplit(redirect)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    before = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    expected = [*before, ("iss", "https://login.test/id"), ("code", code)]
    assert pairs == [*expected, *([("state", state)] if state else [])]
    assert redirect.startswith(url)
    assert redirect.isascii()
    assert redirect.isprintable()
    assert not parts.fragment


@given(strategies.lists(strategies.tuples(TEXT, TEXT), max_size=80))
def test_parameters_stand_there_once(pairs: list[tuple[str, str]]) -> None:
    values, repeated = single(pairs)
    assert all(values.values()), "what is empty is omitted"
    names = [name for name, _ in pairs]
    assert repeated == {name for name in names if names.count(name) > 1}
    nul = any("\0" in name + value for name, value in pairs)
    assert unreadable(tuple(pairs)) == (nul or len(pairs) > 64)


@given(NAMES, strategies.none() | NAMES, NAMES)
def test_vendor_scopes_come_together_and_identity_scopes_as_asked(
    registered: set[str], asked: set[str] | None, wanted: set[str]
) -> None:
    given_ = granted(registered, None if asked is None else " ".join(asked))
    vendor = {name for name in registered if not BY_NAME[name].identity}
    assert "openid" in given_
    assert vendor == {name for name in given_ if not BY_NAME[name].identity}
    assert set(given_) <= registered | {"openid", "offline_access"}
    fewer = narrowed(given_, " ".join(wanted))
    assert vendor <= set(fewer) <= set(given_)

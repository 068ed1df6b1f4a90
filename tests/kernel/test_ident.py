"""Seeded ids: repeatable, and independent of when another area draws."""

from workswith.kernel.ident import Ident, Seeded


def test_the_same_seed_gives_the_same_ids() -> None:
    first, again, other = Ident.seeded(1), Ident.seeded(1), Ident.seeded(2)
    drawn = [first.uuid(), first.secret("x-"), first.key(), first.guid()]
    assert drawn == [again.uuid(), again.secret("x-"), again.key(), again.guid()]
    assert drawn[0] != other.uuid()


def test_a_branch_does_not_depend_on_what_others_draw() -> None:
    busy = Ident.seeded(1)
    quiet = Ident.seeded(1).branch("identity")
    for _ in range(10):
        busy.branch("webhooks").uuid()
    assert busy.branch("identity").uuid() == quiet.uuid()
    assert busy.branch("identity").uuid() != quiet.branch("webhooks").uuid()


def test_it_goes_on_where_it_stood() -> None:
    seeded = Seeded(7)
    ident = Ident.of(seeded).branch("catalog")
    ident.key()
    later = Ident.of(seeded.at(seeded.drawn)).branch("catalog")
    assert ident.key() == later.key()


def test_ids_of_the_system_have_no_branches() -> None:
    ident = Ident()
    assert ident.branch("any") is ident
    assert ident.uuid() != ident.uuid()

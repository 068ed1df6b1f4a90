"""An answer is given again only while what it shows is the same."""

from workswith.apis.again import Again


def test_the_same_value_is_emitted_once() -> None:
    emitted: list[int] = []

    def emit(value: int) -> dict[str, int]:
        emitted.append(value)
        return {"value": value}

    again = Again(emit, limit=2)
    first = again.answer("a", 1000)
    assert again.answer("a", int("1000")) is first
    assert again.answer("b", 1000) is not first
    changed = again.answer("a", 1001)
    assert (changed.status, changed.body) == (200, {"value": 1001})
    assert emitted == [1000, 1000, 1001]


def test_it_is_bounded() -> None:
    again = Again[int](str, limit=2)
    for n in range(5):
        again.answer(n, n)
    assert len(again._given) == 2

"""A form that is sent twice is answered once, without remembering for ever."""

import asyncio

import pytest
from starlette.responses import Response

from workswith.kernel.clock import Clock
from workswith.web.site.submissions import KEEP, LIMIT, Submissions


class Work:
    def __init__(self, status: int = 303) -> None:
        self.times = 0
        self.status = status
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def act(self) -> Response:
        self.times += 1
        await self.go_on.wait()
        return Response(status_code=self.status)


async def test_the_second_waits_for_the_first(clock: Clock) -> None:
    submissions, work = Submissions(clock), Work()
    work.go_on.clear()
    both = asyncio.gather(*[submissions.once("a", work.act) for _ in range(2)])
    await asyncio.sleep(0)
    work.go_on.set()
    first, second = await both
    assert first is second
    assert work.times == 1


async def test_who_goes_away_does_not_undo_the_work(clock: Clock) -> None:
    submissions, work = Submissions(clock), Work()
    work.go_on.clear()
    gone = asyncio.ensure_future(submissions.once("a", work.act))
    await asyncio.sleep(0)
    gone.cancel()
    work.go_on.set()
    assert (await submissions.once("a", work.act)).status_code == 303
    assert work.times == 1


@pytest.mark.parametrize(("status", "times"), [(200, 1), (303, 1), (404, 2), (422, 2), (500, 2)])
async def test_only_what_succeeded_is_kept(clock: Clock, status: int, times: int) -> None:
    submissions, work = Submissions(clock), Work(status)
    for _ in range(2):
        await submissions.once("a", work.act)
        await asyncio.sleep(0)
    assert work.times == times


async def test_answers_are_forgotten_by_age_and_number(clock: Clock) -> None:
    submissions, work = Submissions(clock), Work()
    await submissions.once("a", work.act)
    clock.jump(clock.now() + KEEP + 1)
    await submissions.once("a", work.act)
    assert work.times == 2
    for number in range(LIMIT):
        await submissions.once(str(number), work.act)
    await submissions.once("a", work.act)
    assert work.times == 2 + LIMIT + 1

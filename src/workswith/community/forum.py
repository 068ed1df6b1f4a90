"""The forum: threads in categories, posts, reports, and what operators do about them. [PRT-1]

Hidden is hidden for everybody but operators, and can be shown again. Authors edit and withdraw
what they wrote for a while; what it said before stays for operators.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.problem import Kind, Problem

from . import rules

CATEGORIES = ("start", "apis", "notifications", "testing", "ideas", "other")
PAGE = 30
"""Posts of a page."""


@dataclass(frozen=True, slots=True)
class Author:
    """``name`` is what others read."""

    id: str
    name: str
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """Instants in ms; ``locked`` and ``hidden`` are 0 or 1."""

    id: str
    category: str
    author_id: str
    author: str
    title: str
    posts: int
    locked: int
    hidden: int
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Post:
    id: int
    thread_id: str
    author_id: str
    author: str
    by_operator: int
    text: str
    hidden: int
    at: int
    edited_at: int | None
    withdrawn_at: int | None

    def changeable(self, account_id: str, now: int, within: int) -> bool:
        """By this account at this instant; ``within`` ms of the writing."""
        mine = bool(account_id) and self.author_id == account_id
        return mine and not self.hidden and not self.withdrawn_at and now < self.at + within


@dataclass(frozen=True, slots=True)
class Version:
    """What a post said until an instant, in ms."""

    id: int
    post_id: int
    text: str
    until: int


@dataclass(frozen=True, slots=True)
class Report:
    """A post that readers object to: how many do, and what the first one said."""

    post_id: int
    thread_id: str
    title: str
    author: str
    text: str
    hidden: int
    reports: int
    reason: str


_THREAD = "id, category, author_id, author, title, posts, locked, hidden, created_at, updated_at"
_POST = "id, thread_id, author_id, author, by_operator, text, hidden, at, edited_at, withdrawn_at"
_BEGIN = query(
    Thread,
    f"INSERT INTO forum_thread ({_THREAD}) VALUES (:id, :category, :author_id, :author, :title, 1, "
    f"0, 0, :now, :now) ON CONFLICT (id) DO NOTHING RETURNING {_THREAD}",
)
_WRITE = query(
    int,
    "INSERT INTO forum_post (mark, thread_id, author_id, author, by_operator, text, hidden, at) "
    "VALUES (:mark, :thread_id, :author_id, :author, :by_operator, :text, 0, :now) "
    "ON CONFLICT (mark) DO NOTHING RETURNING id",
)
_GROW = statement("UPDATE forum_thread SET posts = posts + 1, updated_at = :now WHERE id = :id")
_THREADS_WRITTEN = query(
    int,
    "SELECT count(*) FROM forum_thread WHERE author_id = :author_id AND created_at > :since",
)
_POSTS_WRITTEN = query(
    int, "SELECT count(*) FROM forum_post WHERE author_id = :author_id AND at > :since"
)
_ONE = query(Thread, f"SELECT {_THREAD} FROM forum_thread WHERE id = :id")
_ONE_POST = query(Post, f"SELECT {_POST} FROM forum_post WHERE id = :id")
_LISTED = query(
    Thread,
    f"SELECT {_THREAD} FROM forum_thread t WHERE (:category = '' OR category = :category) "
    "AND (hidden = 0 OR :all = 1) AND (:like = '' OR LOWER(title) LIKE :like OR EXISTS ("
    "SELECT 1 FROM forum_post p WHERE p.thread_id = t.id AND p.hidden = 0 "
    "AND LOWER(p.text) LIKE :like)) ORDER BY updated_at DESC, id LIMIT :limit OFFSET :offset",
)
_OWN_POST = query(Post, f"SELECT {_POST} FROM forum_post WHERE author_id = :author_id AND id = :id")
_KEEP = statement(
    "INSERT INTO forum_post_version (post_id, text, until) VALUES (:post_id, :text, :now)"
)
_EDIT = statement("UPDATE forum_post SET text = :text, edited_at = :now WHERE id = :id")
_RETITLE = statement("UPDATE forum_thread SET title = :title WHERE id = :id")
_WITHDRAW = statement("UPDATE forum_post SET text = '', withdrawn_at = :now WHERE id = :id")
_VERSIONS = query(
    Version,
    "SELECT v.id, v.post_id, v.text, v.until FROM forum_post_version v "
    "JOIN forum_post p ON p.id = v.post_id WHERE p.thread_id = :thread_id "
    "AND v.post_id >= :first AND v.post_id <= :last ORDER BY v.id DESC LIMIT 500",
)
_POSTS = query(
    Post,
    f"SELECT {_POST} FROM forum_post WHERE thread_id = :id ORDER BY id LIMIT :limit OFFSET :offset",
)
_BEFORE = query(int, "SELECT count(*) FROM forum_post WHERE thread_id = :thread_id AND id < :id")
_REPORT = statement(
    "INSERT INTO forum_report (post_id, account_id, reason, at) "
    "VALUES (:post_id, :account_id, :reason, :now) ON CONFLICT (post_id, account_id) DO NOTHING"
)
_REPORTS = query(
    Report,
    "SELECT p.id, p.thread_id, t.title, p.author, p.text, p.hidden, count(*), min(r.reason) "
    "FROM forum_report r JOIN forum_post p ON p.id = r.post_id "
    "JOIN forum_thread t ON t.id = p.thread_id "
    "GROUP BY p.id, p.thread_id, t.title, p.author, p.text, p.hidden "
    "ORDER BY count(*) DESC, p.id LIMIT :limit OFFSET :offset",
)
_SETTLE = statement("DELETE FROM forum_report WHERE post_id = :id")
_HIDE_POST = statement("UPDATE forum_post SET hidden = :hidden WHERE id = :id")
_HIDE = statement("UPDATE forum_thread SET hidden = :hidden WHERE id = :id")
_LOCK = statement("UPDATE forum_thread SET locked = :locked WHERE id = :id")
_FORGET = (
    statement(
        "DELETE FROM forum_post_version WHERE post_id IN "
        "(SELECT id FROM forum_post WHERE author_id = :account_id)"
    ),
    statement("UPDATE forum_thread SET author = '', author_id = '' WHERE author_id = :account_id"),
    statement("UPDATE forum_post SET author = '', author_id = '' WHERE author_id = :account_id"),
    statement("DELETE FROM forum_report WHERE account_id = :account_id"),
)


async def begin(
    tx: Tx, author: Author, *, category: str, title: str, text: str, mark: str, now: int
) -> str:
    """A new thread; returns its id, the same one for the same form. Raises THROTTLED."""
    if await tx.one(_ONE, id=mark):
        return mark
    written = await tx.one(_THREADS_WRITTEN, author_id=author.id, since=now - rules.WINDOW)
    rules.require_pace(written, rules.THREADS_AN_HOUR)
    who = {"author_id": author.id, "author": author.name}
    if await tx.one(_BEGIN, id=mark, category=category, title=title, now=now, **who):
        await _write(tx, author, mark, text=text, mark=mark, now=now)
    return mark


async def reply(
    tx: Tx, author: Author, thread_id: str, *, text: str, mark: str, now: int
) -> Thread:
    """Raises UNKNOWN, CONFLICT ``thread_locked``, THROTTLED."""
    found = await thread(tx, thread_id, everything=author.operator)
    if found.locked and not author.operator:
        raise Problem(
            Kind.CONFLICT, "thread_locked", "This thread is closed; nobody can reply any more."
        )
    written = await tx.one(_POSTS_WRITTEN, author_id=author.id, since=now - rules.WINDOW)
    rules.require_pace(written, rules.POSTS_AN_HOUR)
    if await _write(tx, author, thread_id, text=text, mark=mark, now=now):
        await tx.run(_GROW, id=thread_id, now=now)
    return found


async def edit(
    tx: Tx, account_id: str, post_id: int, *, text: str, now: int, within: int, title: str = ""
) -> Post:
    """Keeps what it said before. Raises UNKNOWN, CONFLICT ``post_settled`` or ``thread_locked``.

    ``title`` is the thread's, which its first post carries; empty leaves it.
    """
    found = await _changeable(tx, account_id, post_id, now, within)
    said = found.text
    if title and await posts_before(tx, found) == 0:
        began = await thread(tx, found.thread_id)
        if title != began.title:
            said = f"**{began.title}**\n\n{said}"
            await tx.run(_RETITLE, id=began.id, title=title)
    if said != found.text or text != found.text:
        await tx.run(_KEEP, post_id=post_id, text=said, now=now)
        await tx.run(_EDIT, id=post_id, text=text, now=now)
    return found


async def withdraw(tx: Tx, account_id: str, post_id: int, *, now: int, within: int) -> Post:
    """The place of the post stays, its text is for operators. Raises as `edit` does."""
    found = await _changeable(tx, account_id, post_id, now, within)
    await tx.run(_KEEP, post_id=post_id, text=found.text, now=now)
    await tx.run(_WITHDRAW, id=post_id, now=now)
    return found


async def own_post(reads: Reads, account_id: str, post_id: int) -> Post:
    """Raises UNKNOWN ``post_unknown``."""
    found = await reads.one(_OWN_POST, author_id=account_id, id=post_id)
    if found is None or found.hidden or not account_id:
        raise Problem(Kind.UNKNOWN, "post_unknown", "There is no such post.")
    await thread(reads, found.thread_id)
    return found


async def versions(
    reads: Reads, thread_id: str, shown: Sequence[Post]
) -> Mapping[int, list[Version]]:
    """What the posts of a page said before, by post, the latest first. For operators."""
    found: dict[int, list[Version]] = {}
    if shown:
        first, last = shown[0].id, shown[-1].id
        for one in await reads.all(_VERSIONS, thread_id=thread_id, first=first, last=last):
            found.setdefault(one.post_id, []).append(one)
    return found


async def report(tx: Tx, account_id: str, post_id: int, reason: str, now: int) -> Post:
    """Counts once for each reader. Raises UNKNOWN."""
    found = await post(tx, post_id)
    await tx.run(_REPORT, post_id=post_id, account_id=account_id, reason=reason, now=now)
    return found


async def moderate(tx: Tx, post_id: int, *, hide: bool) -> Post:
    """Hides or shows a post, and settles what was reported about it. Raises UNKNOWN."""
    found = await post(tx, post_id, everything=True)
    await tx.run(_HIDE_POST, id=post_id, hidden=int(hide))
    await tx.run(_SETTLE, id=post_id)
    return found


async def hide_thread(tx: Tx, thread_id: str, *, hide: bool) -> None:
    await tx.run(_HIDE, id=(await thread(tx, thread_id, everything=True)).id, hidden=int(hide))


async def lock_thread(tx: Tx, thread_id: str, *, lock: bool) -> None:
    await tx.run(_LOCK, id=(await thread(tx, thread_id, everything=True)).id, locked=int(lock))


async def thread(reads: Reads, thread_id: str, *, everything: bool = False) -> Thread:
    """Raises UNKNOWN ``thread_unknown``; ``everything`` shows operators hidden ones."""
    found = await reads.one(_ONE, id=thread_id)
    if found is None or (found.hidden and not everything):
        raise Problem(Kind.UNKNOWN, "thread_unknown", "There is no such thread.")
    return found


async def post(reads: Reads, post_id: int, *, everything: bool = False) -> Post:
    """Raises UNKNOWN ``post_unknown``, also for one in a hidden thread."""
    found = await reads.one(_ONE_POST, id=post_id)
    if found is None or (found.hidden and not everything):
        raise Problem(Kind.UNKNOWN, "post_unknown", "There is no such post.")
    await thread(reads, found.thread_id, everything=everything)
    return found


async def posts(reads: Reads, thread_id: str, number: int) -> list[Post]:
    """A page of them, from 1, the oldest first; hidden ones as well."""
    return await reads.all(_POSTS, id=thread_id, limit=PAGE, offset=(number - 1) * PAGE)


async def posts_before(reads: Reads, one: Post) -> int:
    """How many stand above it in its thread."""
    return await reads.one(_BEFORE, thread_id=one.thread_id, id=one.id) or 0


async def threads(
    reads: Reads,
    *,
    category: str = "",
    text: str = "",
    everything: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Thread]:
    """The latest first; ``text`` is looked for in titles and posts."""
    like = f"%{text.strip().casefold()}%" if text.strip() else ""
    return await reads.all(
        _LISTED, category=category, like=like, all=int(everything), limit=limit, offset=offset
    )


async def reports(reads: Reads, limit: int, offset: int = 0) -> list[Report]:
    """What waits for an operator, the most reported first."""
    return await reads.all(_REPORTS, limit=limit, offset=offset)


async def forget(tx: Tx, account_id: str, _now: int) -> None:
    """What a closed account wrote stays, without a name."""
    for each in _FORGET:
        await tx.run(each, account_id=account_id)


async def _changeable(tx: Tx, account_id: str, post_id: int, now: int, within: int) -> Post:
    found = await own_post(tx, account_id, post_id)
    if not found.changeable(account_id, now, within):
        raise Problem(
            Kind.CONFLICT, "post_settled", "This post can no longer be changed.", field="text"
        )
    if (await thread(tx, found.thread_id)).locked:
        raise Problem(
            Kind.CONFLICT,
            "thread_locked",
            "This thread is closed; what stands in it stays.",
            field="text",
        )
    return found


async def _write(
    tx: Tx, author: Author, thread_id: str, *, text: str, mark: str, now: int
) -> int | None:
    return await tx.one(
        _WRITE,
        mark=mark,
        thread_id=thread_id,
        author_id=author.id,
        author=author.name,
        by_operator=int(author.operator),
        text=text,
        now=now,
    )

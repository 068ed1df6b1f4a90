"""The inspector in a browser: its endpoints, and what arrived at one of them, as it arrives. [SBX-5]

Among the pages of the control interface it borrows the site's look and its script by address, and
has buttons. At the receiver's own address, another origin, it is only to look at, and reloads.
"""

import json
from collections.abc import Collection
from html import escape
from itertools import islice

from workswith.kernel.clock import iso, readable

from .inbox import BEHAVIOURS, Arrival, Inbox
from .page import whole

SHOWN = 100
"""The latest so many stand on a page."""
RELOAD_SECONDS = 2
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
BARE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'",
}


def index(inboxes: Collection[Inbox], example: str, brand: str) -> str:
    """Every endpoint that was used since the start; ``example`` is an address that may be used."""
    rows = "".join(
        f'<tr><td><a href="inspect/{one.name}">{one.name}</a></td>'
        f'<td data-label="Arrived">{one.count}</td>'
        f'<td data-label="Latest">{_time(one.arrivals[0].at) if one.arrivals else ""}</td>'
        f'<td data-label="Told to be">{one.behaviour}</td></tr>'
        for one in inboxes
    )
    table = (
        '<div class="table"><table class="fold"><thead><tr><th scope="col">Endpoint</th>'
        '<th scope="col">Arrived</th><th scope="col">Latest</th><th scope="col">Told to be</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    empty = '<div class="empty"><h2>Nothing arrived yet</h2><p>Subscribe an address.</p></div>'
    return _site(
        brand,
        "Inspector",
        f"<p>Subscribe <code>{escape(example)}</code>; every name is an endpoint of its own.</p>",
        f'<div data-live="endpoints">{table if inboxes else empty}</div>',
    )


def inbox(one: Inbox, brand: str) -> str:
    """What arrived at one endpoint, the newest first, and buttons for how it answers."""
    buttons = "".join(
        f'<button class="button small{"" if name == one.behaviour else " plain"}" '
        f'name="behaviour" value="{name}" aria-pressed="{str(name == one.behaviour).lower()}" '
        f'title="{what}">{name}</button>'
        for name, what in BEHAVIOURS.items()
    )
    return _site(
        brand,
        one.name,
        f"<p><code>{escape(one.url)}</code></p>",
        '<p><a href="../inspect">All endpoints</a></p>'
        f'<div class="stack" data-live="behaviour"><form method="post" action="{one.name}" '
        f'class="actions" aria-label="How it answers">{buttons}</form>'
        f'<p class="quiet">It {BEHAVIOURS[one.behaviour]}.</p></div>'
        f'<p role="status" data-live="count" aria-live="polite">{_arrived(one)}</p>'
        f'<div class="stack" data-live="arrivals">{_arrivals(one)}</div>',
    )


def bare_inbox(one: Inbox) -> str:
    """The same to look at, for whoever opens the endpoint's own address."""
    return _BARE.format(
        title=escape(one.name),
        seconds=RELOAD_SECONDS,
        content=f"<p><code>{escape(one.url)}</code> {BEHAVIOURS[one.behaviour]}.</p>"
        f"<p role=status>{_arrived(one)}</p>{_arrivals(one)}",
    )


def _arrived(one: Inbox) -> str:
    beyond = f", the latest {SHOWN} of them below" if one.count > SHOWN else ""
    return f"{one.count} arrived{beyond}."


def _arrivals(one: Inbox) -> str:
    """The latest is open; one that somebody opens among the earlier ones holds the list still."""
    latest, *earlier = islice(one.arrivals, SHOWN) if one.arrivals else (None,)
    if latest is None:
        return ""
    first = (
        f'<section class="card" aria-labelledby="latest"><h2 id="latest">{_summary(latest)}</h2>'
        f"{_content(latest)}</section>"
    )
    others = "".join(
        f'<details class="more"><summary>{_summary(each)}</summary>{_content(each)}</details>'
        for each in earlier
    )
    return first + (f"<h2>Earlier</h2>{others}" if others else "")


def _summary(arrival: Arrival) -> str:
    return f"#{arrival.number} · {_time(arrival.at)} · {arrival.behaviour}"


def _content(arrival: Arrival) -> str:
    try:
        body = json.dumps(json.loads(arrival.request.body), indent=2, ensure_ascii=False)
    except ValueError:
        body = arrival.request.body.decode("utf-8", "replace")
    headers = "\n".join(f"{name}: {value}" for name, value in arrival.request.headers.items())
    return "".join(
        f'<figure class="code"><figcaption><span>{what}</span></figcaption>'
        f'<pre tabindex="0"><code>{escape(text)}</code></pre></figure>'
        for what, text in (("Headers", headers), ("Body", body))
    )


def _time(at: int) -> str:
    return f'<time datetime="{iso(at)}">{readable(at)}</time>'


def _site(brand: str, title: str, lead: str, content: str) -> str:
    live = f'<div class="stack" data-every="{RELOAD_SECONDS}000">{content}</div>'
    return whole(brand, title, live, kind="inspector", lead=lead, head=_HEAD)


_HEAD = (
    f'<noscript><meta http-equiv="refresh" content="{RELOAD_SECONDS}"></noscript>'
    '<script type="module" src="/static/live.js"></script>'
)
_BARE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="refresh" content="{seconds}">
<meta name="viewport" content="width=device-width, initial-scale=1"><style>\
body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;\
color-scheme:light dark}}figure{{margin:1rem 0}}pre{{overflow:auto;padding:.5rem;\
border:1px solid #8886}}</style></head><body><main><h1>{title}</h1>{content}</main></body></html>
"""

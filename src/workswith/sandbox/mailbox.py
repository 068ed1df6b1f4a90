"""The sandbox's mailbox as a page: what people would have got, the newest first. [ACC-8]

It borrows the site's look by address; the sandbox does not know the site.
"""

from collections.abc import Sequence
from html import escape

from workswith.kernel.clock import iso
from workswith.kernel.mail import Mail

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
}


def page(mails: Sequence[Mail], brand: str) -> str:
    """The HTML of it; everything that a mail says is text."""
    return _PAGE.format(mails="".join(map(_article, mails)) or _NONE, brand=escape(brand))


def _article(mail: Mail) -> str:
    link = ""
    if mail.link.startswith(("http://", "https://")):
        link = (
            f'<p class="actions"><a class="button" href="{escape(mail.link)}">Open the link</a></p>'
        )
    at = iso(mail.posted_at)
    return _ARTICLE.format(
        subject=escape(mail.subject),
        to=escape(mail.to),
        at=at,
        shown=f"{at[:10]} {at[11:19]} UTC",
        text=escape(mail.text.strip()),
        link=link,
    )


_ARTICLE = """<article class="card">
<h2>{subject}</h2>
<p class="quiet small">To {to} · <time datetime="{at}">{shown}</time></p>
<p class="mail">{text}</p>
{link}
</article>
"""
_NONE = """<div class="empty"><h2>No mail yet</h2>
<p>Sign up, ask for a new password or register an application, and the mail appears here.</p></div>
"""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mailbox · {brand} sandbox</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/workswith.css"></head>
<body><header class="top"><div class="top-inner"><a class="brand" href="/">\
<img src="/static/mark.svg" alt="" width="30" height="30"><span>{brand}</span></a></div></header>
<main class="mailbox"><div class="page-head"><div><h1>Mailbox</h1>
<p>Every mail that this sandbox sent, the newest first. Nothing left this machine.</p></div></div>
{mails}</main></body></html>
"""

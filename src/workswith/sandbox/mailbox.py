"""The sandbox's mailbox as a page: what people would have got, the newest first. [ACC-8]"""

from collections.abc import Sequence
from html import escape

from workswith.kernel.clock import iso
from workswith.kernel.mail import Mail

from .page import whole

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
}


def page(mails: Sequence[Mail], brand: str) -> str:
    """The HTML of it; everything that a mail says is text."""
    content = "".join(map(_article, mails)) or _NONE
    return whole(brand, "Mailbox", content, kind="mailbox", lead=_LEAD)


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
_LEAD = "<p>Every mail that this sandbox sent, the newest first. Nothing left this machine.</p>"

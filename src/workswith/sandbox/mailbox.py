"""The sandbox's mailbox as a page: what people would have got, the newest first. [ACC-8]"""

from collections.abc import Callable, Sequence
from html import escape

from workswith.kernel.clock import iso, readable
from workswith.kernel.mail import Mail
from workswith.kernel.words import N_, catalogue

from .page import whole

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
}


def page(mails: Sequence[Mail], brand: str, language: str) -> str:
    """The HTML of it, in ``language``; everything that a mail says is text, as it was sent."""
    say = catalogue(language).gettext
    none = f'<div class="empty"><h2>{escape(say(_NONE))}</h2>\n<p>{escape(say(_HOW))}</p></div>\n'
    content = "".join(_article(mail, say) for mail in mails) or none
    lead = f"<p>{escape(say(_LEAD))}</p>"
    return whole(brand, say(_TITLE), content, kind="mailbox", lead=lead, language=language)


def _article(mail: Mail, say: Callable[[str], str]) -> str:
    link = ""
    if mail.link.startswith(("http://", "https://")):
        link = (
            f'<p class="actions"><a class="button" href="{escape(mail.link)}">'
            f"{escape(say(_OPEN))}</a></p>"
        )
    return _ARTICLE.format(
        subject=escape(mail.subject),
        to=escape(say(_TO).format(email=mail.to)),
        at=iso(mail.posted_at),
        shown=readable(mail.posted_at),
        text=escape(mail.text.strip()),
        link=link,
    )


_TITLE = N_("Mailbox")
_LEAD = N_("Every mail that this sandbox sent, the newest first. Nothing left this machine.")
_TO = N_("To {email}")
_OPEN = N_("Open the link")
_NONE = N_("No mail yet")
_HOW = N_("Sign up, ask for a new password or register an application, and the mail appears here.")

_ARTICLE = """<article class="card">
<h2 translate="no">{subject}</h2>
<p class="quiet small">{to} · <time datetime="{at}" translate="no">{shown}</time></p>
<p class="mail" translate="no">{text}</p>
{link}
</article>
"""

"""What the sandbox's own pages have around them. The site's look is borrowed by address: the
sandbox does not know the site.
"""

from html import escape

from workswith.kernel.words import N_, SOURCE, catalogue

_SANDBOX = N_("{brand} sandbox")


def whole(
    brand: str,
    title: str,
    content: str,
    *,
    kind: str,
    lead: str = "",
    head: str = "",
    language: str = SOURCE,
) -> str:
    """A page; ``kind`` is its class. ``lead``, ``content`` and ``head`` are HTML in ``language``."""
    return _PAGE.format(
        brand=escape(brand),
        sandbox=escape(catalogue(language).gettext(_SANDBOX).format(brand=brand)),
        title=escape(title),
        content=content,
        kind=kind,
        lead=lead,
        head=head,
        language=language,
    )


_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title} · {sandbox}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/workswith.css">{head}</head>
<body><header class="top"><div class="top-inner"><a class="brand" href="/">\
<img src="/static/mark.svg" alt="" width="30" height="30"><span>{brand}</span></a></div></header>
<main class="{kind}"><div class="page-head"><div><h1>{title}</h1>
{lead}</div></div>
{content}</main></body></html>
"""

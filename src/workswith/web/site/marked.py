"""Text of documents as a page shows it: paragraphs, `names`, **strong** and *emphasis*.

The rest of Markdown is left as it stands; everything is escaped first.
"""

import re

from markupsafe import Markup, escape

_MARKS = re.compile(r"`([^`\n]+)`|\*\*(\S(?:[^*\n]*\S)?)\*\*|(?<!\w)\*(\S(?:[^*\n]*\S)?)\*(?!\w)")


def marked(text: str) -> Markup:
    """One line of text with its marks as elements."""
    return Markup(_MARKS.sub(_element, str(escape(text))))  # noqa: S704  escaped before


def paragraphs(text: str) -> list[Markup]:
    """What empty lines divide."""
    return [marked(part) for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def _element(found: re.Match[str]) -> str:
    code, strong, emphasis = found.groups()
    if code is not None:
        return f"<code>{code}</code>"
    return f"<strong>{strong}</strong>" if strong is not None else f"<em>{emphasis}</em>"

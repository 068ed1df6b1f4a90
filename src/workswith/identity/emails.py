"""How e-mail addresses and names are read. [ACC-1]"""

import re
import unicodedata

from workswith.kernel.problem import Kind, Problem

LONGEST_EMAIL = 254
LONGEST_NAME = 100
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


def normal_email(text: str) -> str:
    """Trimmed and in lower case: two spellings of one mailbox are one account.

    Raises `Problem` ``email_invalid``; addresses outside ASCII are not supported.
    """
    email = text.strip().lower()
    local = email.partition("@")[0]
    if len(email) > LONGEST_EMAIL or len(local) > 64 or not _EMAIL.fullmatch(email):
        raise Problem(
            Kind.INVALID, "email_invalid", "This is not an e-mail address.", field="email"
        )
    return email


def clean_line(text: str, field: str, longest: int, *, required: bool = True) -> str:
    """One line for people: composed, trimmed, no control characters, not too long."""
    line = unicodedata.normalize("NFC", text).strip()
    if required and not line:
        raise Problem(Kind.INVALID, f"{field}_missing", "Please fill this in.", field=field)
    if len(line) > longest:
        raise Problem(
            Kind.INVALID, f"{field}_long", f"At most {longest} characters, please.", field=field
        )
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in line):
        raise Problem(
            Kind.INVALID, f"{field}_control", "This contains an invisible character.", field=field
        )
    return line

"""The query of a call: the first value of each name, UTF-8, blanks kept."""

from urllib.parse import parse_qsl

from workswith.kernel.problem import Kind, Problem

MOST_PARAMETERS = 64


def parse_query(raw: bytes) -> dict[str, str]:
    """Raises `Problem` MALFORMED ``query_malformed`` for too many parameters and for NUL."""
    try:
        pairs = parse_qsl(
            raw.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS
        )
    except ValueError as error:
        raise _malformed() from error
    query: dict[str, str] = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise _malformed()
        query.setdefault(name, value)
    return query


def _malformed() -> Problem:
    return Problem(Kind.MALFORMED, "query_malformed", "The query cannot be read.")

"""What a name may be, and the answer for what somebody does not see."""

from workswith.kernel.problem import Kind, Problem

NAME_LENGTH = 100


def checked_name(name: str) -> str:
    """The name without blanks around it; `Kind.INVALID` when it is empty, too long or odd."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise Problem(
            Kind.INVALID,
            "name_invalid",
            "A name has 1 to 100 printable characters.",
            field="name",
        )
    return name


def unknown(what: str) -> Problem:
    """For what does not exist, and for what is somebody else's."""
    return Problem(
        Kind.UNKNOWN,
        f"{what}_unknown",
        "Resource not found",
        hint=f"The {what} id is wrong, or the signed-in user does not see that {what}.",
    )

"""The three parts of an application that its owner types: details, reply URLs, scopes.

The wizard and the edit pages share them. Each reads the form into a draft and says what is wrong;
what was typed is kept either way. What is right is decided by identity. [APP-1 APP-3 APP-4]
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from starlette.datastructures import FormData, UploadFile
from wtforms.fields import TextAreaField
from wtforms.validators import InputRequired

from workswith.contracts import Document
from workswith.identity.application import ApplicationForm
from workswith.identity.application_form import check
from workswith.identity.reply_urls import MOST, check_reply_url
from workswith.identity.scopes import BY_NAME, SCOPES, Scope, in_order
from workswith.kernel.problem import Problem
from workswith.web.site import pictures
from workswith.web.site.forms import Form, text
from workswith.web.site.language import _, lazy
from workswith.web.site.visit import Visit

from .drafts import Draft

_LONGEST = 4_000
"""Characters of a typed value that are kept; every rule is stricter than that."""


class DetailsForm(Form):
    """What end-users read when they are asked for their consent."""

    name = text(
        lazy("Name"),
        InputRequired(lazy("Give the application a name.")),
        hint=lazy("Shown to end-users when they are asked for their consent."),
        maxlength=100,
        autocomplete="off",
    )
    description = TextAreaField(
        lazy("Description"),
        [InputRequired(lazy("Say in a sentence what it does."))],
        description=lazy("What it does for them, in a sentence or two."),
        render_kw={"maxlength": 1_000, "rows": 3},
    )
    vendor = text(
        lazy("Vendor"),
        InputRequired(lazy("Say who offers it.")),
        hint=lazy("You or your company."),
        maxlength=100,
        autocomplete="organization",
    )
    url = text(
        lazy("URL"),
        hint=lazy("Where end-users can learn more about the application."),
        type_="url",
        maxlength=2_000,
        placeholder="https://",
        autocomplete="url",
    )
    logo_error: str = ""

    def judge(self, draft: Draft) -> bool:
        """Whether all is well; what identity would refuse stands beside its field."""
        self.validate()
        for problem in check(application_form(draft))[0]:
            field = self._fields.get(problem.field)
            if field is not None and not field.errors:
                self.refuse(problem)
        return not self.errors and not self.logo_error


def application_form(draft: Draft) -> ApplicationForm:
    """As identity takes it. The logo is always given: a draft without one means none."""
    values = msgspec.structs.asdict(draft) | {"logo": pictures.content(draft.logo)}
    return ApplicationForm(**values)


def show_details(draft: Draft) -> DetailsForm:
    """The form with what the draft has."""
    return DetailsForm(
        data={
            "name": draft.name,
            "description": draft.description,
            "vendor": draft.vendor,
            "url": draft.url,
        }
    )


async def read_details(visit: Visit, draft: Draft) -> tuple[Draft, DetailsForm]:
    """A logo that is chosen anew replaces the earlier one; without a choice that one stays."""
    form = DetailsForm.of(visit)
    logo = "" if visit.typed("remove_logo") else draft.logo
    chosen = visit.form.get("logo")
    if isinstance(chosen, UploadFile) and chosen.filename:
        try:
            logo = await pictures.logo(await chosen.read(), pictures.APPLICATION)
        except Problem as problem:
            form.logo_error = _(problem.detail)
    # A text area sends line ends as CR LF; the text is one paragraph.
    description = " ".join((form.description.data or "").split())
    return (
        msgspec.structs.replace(
            draft,
            name=(form.name.data or "")[:_LONGEST],
            description=description[:_LONGEST],
            vendor=(form.vendor.data or "")[:_LONGEST],
            url=(form.url.data or "")[:_LONGEST],
            logo=logo,
        ),
        form,
    )


def read_reply_urls(form: FormData, draft: Draft, without: int | None = None) -> Draft:
    """Every line that was typed, the empty ones and the line number ``without`` left out."""
    lines = [one.strip() for one in form.getlist("reply_url") if isinstance(one, str)]
    lines = [one for at, one in enumerate(lines) if at != without]
    kept = tuple(one[:_LONGEST] for one in lines if one)
    return msgspec.structs.replace(draft, reply_urls=kept[: MOST + 1])


def line_to_remove(button: str) -> int | None:
    """From ``remove-3``, counted from 0; ``None`` for any other button."""
    number = button.removeprefix("remove-")
    return int(number) if number != button and number.isdecimal() and len(number) < 3 else None


def wrong_reply_urls(urls: Sequence[str]) -> tuple[list[str], str]:
    """One message for each address, empty where it is right; and one for all together."""
    each = [_wrong(url, repeated=url in urls[:at]) for at, url in enumerate(urls)]
    together = ""
    if not urls:
        together = _("Give at least one reply URL.")
    elif len(urls) > MOST:
        together = _("An application has at most 10 reply URLs.")
    return each, together


def _wrong(url: str, *, repeated: bool) -> str:
    if repeated:
        return _("This address is in the list already.")
    try:
        check_reply_url(url)
    except Problem as problem:
        return _(problem.detail)
    return ""


def read_scopes(form: FormData, draft: Draft) -> Draft:
    """Only scopes that are offered; anything else in the form is not taken."""
    chosen = [one for one in form.getlist("scope") if isinstance(one, str)]
    known = (name for name in chosen if name in BY_NAME and BY_NAME[name].offered)
    return msgspec.structs.replace(draft, scopes=in_order(known))


@dataclass(frozen=True, slots=True)
class Choice:
    """A scope to choose, and which operations need it."""

    scope: Scope
    needed_by: tuple[str, ...]

    @property
    def usual(self) -> bool:
        """Whether something here needs it, or it is about the person."""
        return bool(self.needed_by) or self.scope.identity


def choices(apis: Iterable[Document]) -> list[Choice]:
    """The scopes that an operation needs first, then the others."""
    needed: dict[str, list[str]] = {}
    for api in apis:
        for operation in api.operations:
            if operation.scope:
                needed.setdefault(operation.scope, []).append(operation.name)
    found = [Choice(scope, tuple(needed.get(scope.name, ()))) for scope in SCOPES if scope.offered]
    return sorted(found, key=lambda one: (not one.needed_by, not one.scope.identity))

"""The base of every form: kept values, errors beside the fields, messages in the page's language."""

from collections.abc import Mapping
from typing import Any, Self

from wtforms import Form as WtForm
from wtforms.fields import PasswordField, StringField, TextAreaField, choices
from wtforms.i18n import get_translations

from workswith.kernel.problem import Kind, Problem

from . import language
from .language import _
from .visit import Visit


class _Meta:
    def get_translations(self, form: WtForm) -> Any:
        return get_translations([language.current.get()])


class Form(WtForm):
    """A WTForms form that is filled from a visit.

    The proof of origin is not a field: `pages` checks it for every POST, and templates write it
    with ``{{ guard() }}``.
    """

    Meta = _Meta

    @classmethod
    def of(cls, visit: Visit, **initial: Any) -> Self:
        """What was posted; on GET the ``initial`` values of the fields."""
        return cls(visit.form if visit.posted else None, data=initial or None)

    def refuse(self, problem: Problem) -> None:
        """Puts a problem beside the field that caused it, or above the form.

        Raises it again when no form can help, as when the server failed.
        """
        if problem.kind in {Kind.INTERNAL, Kind.UNAVAILABLE}:
            raise problem
        text = told(problem)
        field = self._fields.get(problem.field)
        if field is None:
            self.form_errors.append(text)
        else:
            field.errors = [*field.errors, text]


def told(problem: Problem) -> str:
    """What is wrong, and what to do, in the language of the page."""
    return " ".join(_(part) for part in (problem.detail, problem.hint) if part)


def text(label: str, *validators: Any, hint: str = "", **attributes: Any) -> StringField:
    """A line of text, without the blanks around it. ``attributes`` are of the input element.

    A `Length` bounds what a browser lets people type as well.
    """
    return StringField(label, validators, [_strip], hint, render_kw=_named(attributes))


def lines(label: str, *validators: Any, hint: str = "", **attributes: Any) -> TextAreaField:
    """Several lines of text."""
    return TextAreaField(label, validators, [_strip], hint, render_kw=_named(attributes))


def options(words: Mapping[str, str]) -> list[Any]:
    """What can be chosen in a list; ``words`` by value."""
    library: Any = choices  # its stubs do not know the class yet
    return [library.SelectChoice(value, each) for value, each in words.items()]


def passphrase(label: str, *validators: Any, hint: str = "", **attributes: Any) -> PasswordField:
    """A password: taken as it is, never written back into the page."""
    return PasswordField(label, validators, description=hint, render_kw=_named(attributes))


def _strip(value: str | None) -> str | None:
    return value.strip() if value else value


def _named(attributes: dict[str, Any]) -> dict[str, Any]:
    """With the names that Python keeps for itself: ``class_``."""
    return {name.rstrip("_"): value for name, value in attributes.items()}

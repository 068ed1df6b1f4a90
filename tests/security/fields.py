"""The forms of a page with the kind of every field, and what a page has that nobody of us wrote."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = "xss"
TEMPLATE, EVALUATED = "{{6841*7369}}", "50411329"
URL_PAYLOAD = "https://x.example/'\"><xss/onxss=1>"
_VOID = {"input", "br", "img", "meta", "link", "hr", "path", "circle", "line", "rect", "use"}
TEXTUAL = {"text", "search", "url", "tel", "textarea", ""}


def payload(name: str) -> str:
    """Ends a value in either quotes, begins an element of its own, and tells which field it was in;
    where there is room it speaks Jinja, too.
    """
    mark = f"'\"><xss onxss={name}>"
    return mark + TEMPLATE if len(mark) < 28 else mark


@dataclass
class Field:
    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class Form:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def texts(self) -> list[Field]:
        return [one for one in self.fields if one.kind in TEXTUAL and one.name]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.found: list[str] = []
        self.texts: dict[str, str] = {}
        """By id, what stands in an element."""
        self._open: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._area: Field | None = None
        self._select: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._look(tag, given)
        if tag not in _VOID:
            self._open.append((tag, given.get("id", "")))
        if given.get("id"):
            self.texts.setdefault(given["id"], "")
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, given)

    def _look(self, tag: str, given: dict[str, str]) -> None:
        if VOID in tag:
            self.found.append(f"<{tag}>")
        for name, value in given.items():
            if VOID in name or name.startswith("on") or name == "style":
                self.found.append(f"<{tag} {name}>")
            scheme = "".join(value.split()).lower().partition(":")[0]
            if name in {"href", "src", "action", "formaction"} and scheme in {
                "javascript",
                "vbscript",
            }:
                self.found.append(f"<{tag} {name}={value!r}>")
        inline = tag == "script" and not given.get("src")
        if inline and given.get("type") != "application/json":
            self.found.append("<script> without src")

    def _control(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        if tag == "input":
            kind = given.get("type", "")
            checked = kind not in {"checkbox", "radio"} or "checked" in given
            default = "on" if kind in {"checkbox", "radio"} else ""
            if kind == "submit":
                self._form.buttons.append((given.get("name", ""), given.get("value", "")))
            elif checked and given.get("name"):
                self._form.fields.append(
                    Field(given["name"], kind, given.get("value", default), attributes=given)
                )
        elif tag == "textarea":
            self._area = Field(given.get("name", ""), "textarea", attributes=given)
            self._form.fields.append(self._area)
        elif tag == "select":
            self._select = Field(given.get("name", ""), "select")
            self._form.fields.append(self._select)
        elif tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given or len(self._select.options) == 1:
                self._select.value = given.get("value", "")
        elif tag == "button" and given.get("type", "submit") == "submit":
            self._form.buttons.append((given.get("name", ""), given.get("value", "")))

    def handle_data(self, data: str) -> None:
        for _tag, id_ in self._open:
            if id_:
                self.texts[id_] += data
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag not in _VOID:
            if self._open.pop()[0] == tag:
                break
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None


def read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    return reader


def forms(text: str) -> list[Form]:
    return read(text).forms


def foreign(text: str) -> list[str]:
    """Elements and attributes that only a text of somebody can have made."""
    return read(text).found

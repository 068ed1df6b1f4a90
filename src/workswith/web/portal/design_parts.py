"""The components of the design system: when each is used, and the calls of templates that show it."""

from typing import Any, NamedTuple

from wtforms import BooleanField
from wtforms.validators import InputRequired

from workswith.kernel.clock import DAY, HOUR
from workswith.web.site import chart
from workswith.web.site.forms import Form, passphrase, text
from workswith.web.site.navigation import Entry
from workswith.web.site.paging import Leaf


class Part(NamedTuple):
    """``calls`` are Jinja, shown and run; ``rule`` says when, and what to keep in mind."""

    title: str
    rule: str
    calls: tuple[str, ...]


PARTS = (
    Part(
        "Navigation",
        "At most eight entries fit; what has more stands in groups. A group is a menu that opens without "
        "script; Escape closes it. The entry of the page is marked, and so is its group.",
        ("{{ ui.navigation(entries) }}",),
    ),
    Part(
        "The way back",
        "On every page below an entry of the navigation. The last one is the page itself.",
        ('{{ ui.breadcrumb([("APIs", "/apis"), ("Echo", "/apis/echo"), ("Changes", "")]) }}',),
    ),
    Part(
        "Steps",
        "For forms that are asked in parts. Steps behind the reader are links, so that “back” needs no "
        "script.",
        ('{{ ui.stepper(["Details", "Reply URLs", "Scopes"], 2, ["/applications/new"]) }}',),
    ),
    Part(
        "Fields",
        "A label stands above, the hint and what is wrong below, tied to the input. What was typed stays. "
        "What may be left out says so; what is needed does not.",
        (
            "{{ ui.form_errors(form) }}",
            "{{ ui.field(form.title) }}",
            "{{ ui.field(form.agreed) }}",
            "{{ ui.proof(form) }}",
        ),
    ),
    Part(
        "Buttons",
        "One primary button on a page: what most people came for. Danger only inside a question. A verb says "
        "what happens.",
        (
            '{{ ui.submit("Save") }}',
            '{{ ui.submit("Cancel", "plain") }}',
            '{{ ui.submit("Delete", "danger") }}',
            '{{ ui.submit("Skip", "quiet") }}',
        ),
    ),
    Part(
        "Search and filters",
        "Above every list that may grow beyond a page. By GET, so that an address can be shared; pages of "
        "results keep what was asked.",
        (
            (
                '{{ ui.search("/design", "", "Search components", '
                '[("state", "State", [("open", "open"), ("closed", "closed")], "open", "")]) }}'
            ),
        ),
    ),
    Part(
        "Dialogs",
        "Where script runs, over the page: the focus stays inside, Escape closes, and the focus returns to what "
        "opened it. Without script it unfolds. Everything that cannot be taken back asks with confirm.",
        (
            (
                '{{ ui.confirm(guard, "Cancel subscription", "Both keys stop working at once.", '
                '"/preferences", "Yes, cancel it", {"return_to": "/design"}) }}'
            ),
            '{% call ui.dialog("Another dialog") %}<p>Anything stands in it.</p>{% endcall %}',
        ),
    ),
    Part(
        "Notices",
        "In the place that they are about. Colour is never alone: the words say it as well.",
        (
            '{{ ui.notice("The keys work in a minute.") }}',
            '{{ ui.notice("Saved.", "good") }}',
            '{{ ui.notice("The key is not used any more.", "warn") }}',
            '{{ ui.notice("The address cannot be read.", "bad") }}',
        ),
    ),
    Part(
        "Toasts",
        "What an act has to say on the next page (`visit.say`). They are read out, and stay: nothing that "
        "people read goes by itself.",
        ('{{ ui.toasts([("good", "Renamed."), ("warn", "You have been signed out.")]) }}',),
    ),
    Part(
        "Badges",
        "A state in one word. A verb of HTTP has its own.",
        (
            (
                '{{ ui.badge("draft") }} {{ ui.badge("active", "good") }} {{ ui.badge("new", "info") }} '
                '{{ ui.badge("suspended", "warn") }} {{ ui.badge("refused", "bad") }}'
            ),
            '{{ ui.verb("get") }} {{ ui.verb("post") }} {{ ui.verb("put") }} {{ ui.verb("delete") }}',
        ),
    ),
    Part(
        "Code",
        "What is to be copied has the button, which shows where script runs. A value that is not for eyes over a "
        "shoulder is a secret; one that is shown once says so.",
        (
            '{{ ui.code("curl https://api.example/echo/resource", "A call") }}',
            '{{ ui.copy("copied text", "Copy the text") }}',
            '{{ ui.secret("0b1d…", "Primary key") }}',
            '{{ ui.once("0b1d…", "Client secret") }}',
        ),
    ),
    Part(
        "Tabs",
        "The same thing in several ways, one of which the reader needs. Radio buttons: arrows move.",
        (
            '{{ ui.tabs("ways", [("curl", "curl …"), ("Python", "import …"), ("PHP", "$call …")]) }}',
        ),
    ),
    Part(
        "Tables",
        "They stand in .table, which scrolls by itself. With .fold they become cards on a phone, where "
        "`data-label` names a value.",
        (
            (
                '<div class="table"><table class="fold"><thead><tr><th scope="col">Name</th>'
                '<th scope="col">Calls</th></tr></thead><tbody><tr><td>Kitchen</td>'
                '<td data-label="Calls">{{ 1234 | number }}</td></tr></tbody></table></div>'
            ),
        ),
    ),
    Part(
        "Pages of a list",
        "pager where the number of pages is known, turn for a `paging.Leaf`: only whether there is a next one.",
        ('{{ ui.pager(2, 9, "?page=%d") }}', "{{ ui.turn(leaf) }}"),
    ),
    Part(
        "Nothing here",
        "Says why, and leads to what to do about it.",
        ('{{ ui.empty("No applications", "Register one to let users in.", "New", "/design") }}',),
    ),
    Part(
        "Charts",
        "Points from site/chart.py, no words in them. A table beside each says the same, and its address as CSV. "
        "A share is a bar beside its number.",
        (
            (
                '{% call(at) ui.plot(chart, "plot-title", "Degrees of a day.") %}'
                '{{ at | clock_time("UTC") }}{% endcall %}'
            ),
            "{{ ui.share(3, 4) }} 75 %",
        ),
    ),
    Part(
        "Logos",
        "Of an application; its first letter where it has none.",
        ("{{ ui.logo(application) }}",),
    ),
)


def samples() -> dict[str, Any]:
    """What the calls speak of."""
    return {
        "entries": ENTRIES,
        "form": _form(),
        "leaf": Leaf((), 2, more=True, address="?page=%d", text=""),
        "chart": _curve(),
        "application": _Application(),
    }


class Sample(Form):
    """A form that was sent with a mistake."""

    title = text("Title", hint="As your users know it.", maxlength=60)
    agreed = BooleanField("I have read it", [InputRequired()])
    current = passphrase("Your present password", InputRequired(), autocomplete="off")


class _Application(NamedTuple):
    name: str = "Warm at Six"
    client_id: str = ""
    logo_type: str = ""


def _form() -> Sample:
    form = Sample(data={"title": "Kitchen"})
    form.title.errors = ["There is one of this name."]
    form.form_errors.append("Something is wrong with the form as a whole.")
    return form


def _curve() -> chart.Chart:
    degrees = (18.0, 17.5, 17.0, 19.5, 21.0, 21.5, 20.5, 19.0)
    points = [
        chart.Point(place * 3 * HOUR, value, value - 0.5, value + 0.5)
        for place, value in enumerate(degrees)
    ]
    times = range(0, DAY + 1, 6 * HOUR)
    return chart.curve(points, (), since=0, until=DAY, span=3 * HOUR, times=times)


ENTRIES = (
    Entry("Guides", "/guides", current=False),
    Entry(
        "APIs",
        "",
        current=True,
        inside=(
            Entry("All APIs", "/apis", current=True),
            Entry("Changes", "/changelog", current=False),
        ),
    ),
)

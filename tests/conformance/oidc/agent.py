"""A browser with a person in front of it: follows redirects, fills in forms, stops at callbacks."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

from tests.person import Form, forms_of

from .configuration import Task
from .run import Run

MOST_STEPS = 30


@dataclass(frozen=True)
class Landed:
    """Where it ended: at ``url`` of the relying party (or of a stranger), or on ``page``."""

    url: str
    page: httpx2.Response | None
    form: dict[str, str] | None = None
    """What was posted there."""
    asked: tuple[str, ...] = ()
    """The names of the tasks that a person had to do on the way."""

    @property
    def query(self) -> dict[str, str]:
        if self.form is not None:
            return self.form
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


@dataclass
class Agent:
    run: Run
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._home = self._origins()
        self.http = httpx2.Client(verify=self.run.configuration.trust, timeout=90)

    def open(self, url: str, *, form: dict[str, str] | None = None, alone: bool = False) -> Landed:
        """``alone``: nobody is there to fill anything in."""
        asked: list[str] = []
        answer = self.http.post(url, data=form) if form is not None else self.http.get(url)
        for _ in range(MOST_STEPS):
            if answer.is_redirect and "location" in answer.headers:
                target = urljoin(str(answer.url), answer.headers["location"])
                if _origin(target) not in self._home:
                    return Landed(target, None, None, tuple(asked))
                keep = answer.status_code in (307, 308) and answer.request.method == "POST"
                answer = (
                    self.http.post(target, content=answer.request.content)
                    if keep
                    else self.http.get(target)
                )
                continue
            forms = forms_of(answer) if "html" in answer.headers.get("content-type", "") else []
            for one in forms:
                target = urljoin(str(answer.url), one.action)
                if _origin(target) not in self._home and one.method == "post":
                    posted = {name: values[0] for name, values in one.values.items()}
                    return Landed(target, answer, posted, tuple(asked))
            found = None if alone else self._task(forms)
            if found is None:
                break
            task, one = found
            asked.append(task.name)
            if asked.count(task.name) > 3:
                break
            answer = self._do(answer, task, one)
        return Landed(str(answer.url), answer, None, tuple(asked))

    def _task(self, forms: list[Form]) -> tuple[Task, Form] | None:
        for task in self.run.configuration.tasks:
            for form in forms:
                if _fits(task, form):
                    return task, form
        return None

    def _do(self, answer: httpx2.Response, task: Task, form: Form) -> httpx2.Response:
        values = {**form.values, **{name: [value] for name, value in task.fields.items()}}
        if task.button:
            pressed = next((value for name, value in form.submits if name == task.button), "")
            values[task.button] = [pressed]
        url = urljoin(str(answer.url), form.action)
        if form.method == "post":
            return self.http.post(url, data=values)
        return self.http.get(url, params=values)

    def _origins(self) -> set[str]:
        """The issuer's own: its pages may stand elsewhere than its metadata."""
        answer = self.run.http.get(self.run.configuration.client.discovery_url)
        metadata = answer.json()
        members = ("issuer", "authorization_endpoint", "end_session_endpoint")
        return {_origin(metadata[name]) for name in members if name in metadata}


def _fits(task: Task, form: Form) -> bool:
    if task.fields:
        return all(name in form.values for name in task.fields)
    if task.button:
        return task.button in {name for name, _ in form.submits}
    return task.action in form.action


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

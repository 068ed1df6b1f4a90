"""A browser without script, in the same process as the site."""

import re
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urljoin

import httpx2

from tests.person import Form, forms_of
from workswith.app.routing import Asgi


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


class Browser:
    """``page`` is the last answer; redirects are followed only by `follow` and `press`."""

    def __init__(self, site: Asgi, origin: str) -> None:
        transport = httpx2.ASGITransport(app=site)
        self.http = httpx2.AsyncClient(transport=transport, base_url=origin)
        self.page: httpx2.Response

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        self.page = await self.http.get(path, **options)
        return self.page

    async def open(self, path: str, **options: Any) -> httpx2.Response:
        await self.get(path, **options)
        return await self.follow()

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        self.page = await self.http.post(path, data=fields)
        return self.page

    async def follow(self) -> httpx2.Response:
        """Goes where redirects lead, as long as that is this site."""
        for _ in range(10):
            where = self.page.headers.get("location")
            if where is None:
                break
            target = urljoin(str(self.page.url), where)
            if not target.startswith(str(self.http.base_url).rstrip("/") + "/"):
                break
            await self.get(target)
        return self.page

    @property
    def forms(self) -> list[Form]:
        return forms_of(self.page)

    def form(self, *names: str) -> Form:
        """The first form of the page that has these fields or buttons."""
        for form in self.forms:
            known = {*form.values, *(name for name, _value in form.submits)}
            if set(names) <= known:
                return form
        raise AssertionError(f"no form with {names}:\n{self.text}")

    async def send(self, form: Form, **fields: str) -> httpx2.Response:
        """Submits without following."""
        values = {name: found[0] for name, found in form.values.items()} | fields
        return await self.post(urljoin(str(self.page.url), form.action), **values)

    async def press(self, form: Form, **fields: str) -> httpx2.Response:
        await self.send(form, **fields)
        return await self.follow()

    async def sign_in(self, email: str, password: str, path: str = "/signin") -> httpx2.Response:
        await self.open(path)
        form = self.form("logonIdentifier", "password")
        return await self.press(form, logonIdentifier=email, password=password)

    @property
    def text(self) -> str:
        """What a reader sees."""
        parser = _Text()
        parser.feed(self.page.text)
        return re.sub(r"\s+", " ", "".join(parser.parts)).strip()

    @property
    def location(self) -> str:
        return self.page.headers["location"]

"""Downloads are what their formats ask for, with this installation's addresses in them."""

import json
from typing import Any

import jsonschema_rs

from tests.conftest import NOON
from tests.web.portal.test_applications import make
from tests.web.portal.test_subscriptions import subscribe
from workswith.devices.homes import furnish
from workswith.kernel.ident import Ident


async def test_each_openapi_document_is_served_as_published(visitor: Any) -> None:
    for api in visitor.services.apis:
        answer = await visitor.get(f"/apis/{api.document.slug}/openapi.json")
        assert answer.headers["content-disposition"].startswith("attachment")
        whole = answer.json()
        assert whole["openapi"].startswith("3.1")
        assert whole["servers"][0]["url"] == f"http://portal.test{api.document.base_path}"
        operations = {
            one["operationId"]
            for path in whole["paths"].values()
            for one in path.values()
            if isinstance(one, dict) and "operationId" in one
        }
        assert operations == {one.id for one in api.document.operations}
        schemas = whole.get("components", {}).get("schemas", {})
        for schema in schemas.values():
            jsonschema_rs.meta.validate({**schema, "components": {"schemas": schemas}})
        assert "x-accepts" not in answer.text


async def test_the_postman_collection_has_the_whole_flow(visitor: Any) -> None:
    whole = (await visitor.get("/postman.json")).json()
    assert whole["info"]["schema"].endswith("/collection/v2.1.0/collection.json")
    folders = [folder["name"] for folder in whole["item"]]
    assert folders[1:] == [api.document.title for api in visitor.services.apis]
    requests = [item for folder in whole["item"] for item in folder["item"]]
    assert len(requests) == 3 + sum(len(api.document.operations) for api in visitor.services.apis)
    for item in requests:
        assert item["request"]["method"]
        assert item["request"]["url"]["raw"].startswith("{{")
        assert any(event["listen"] == "test" for event in item["event"])


async def test_a_developers_collection_has_their_own_values_but_no_secret(browser: Any) -> None:
    made = await subscribe(browser)
    page, secret = await make(browser)
    text = (await browser.get("/postman.json")).text
    values = {one["key"]: one["value"] for one in json.loads(text)["variable"]}
    keys = await browser.services.subscriptions.keys(browser.account_id, made)
    assert values["subscription_key"] == keys["primary"].key
    assert values["client_id"] == page.rpartition("/")[2]
    assert values["redirect_uri"].startswith("https://cosy.example/")
    assert secret not in text


async def test_a_collection_names_what_only_the_reader_has(browser: Any, visitor: Any) -> None:
    """Ids of their own modules, which no answer of the API would tell; nobody else's."""
    write = browser.services.database.write
    (home,) = await write(furnish, browser.account_id, Ident(), "one_of_each", NOON)
    light = next(one.id for one in home.modules if one.device == "light")
    assert light in (await browser.get("/postman.json")).text
    assert light not in (await visitor.get("/postman.json")).text

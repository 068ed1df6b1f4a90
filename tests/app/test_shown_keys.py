"""What ``sandbox.json`` says of keys is true, wherever they were changed. [SBX-3]"""

import workswith.testing
from tests.patience import until
from tests.person import Person


def test_a_key_that_is_regenerated_on_the_portal_is_told_at_once() -> None:
    with workswith.testing.cloud(homes=["flat"]) as cloud:
        old, secondary = cloud.keys
        dora, known = Person(verify=True), cloud.users["developer"]
        dora.open(f"{cloud.origin}/signin")
        dora.sign_in(known.email, known.password)
        dora.open(f"{cloud.origin}/profile")
        dora.submit(dora.form_to("/keys/primary/regenerate"))
        until(lambda: cloud.keys[0] != old, "another key")
        assert cloud.keys[1] == secondary
        echo = "/echo/resource"
        for key, status in [(cloud.keys[0], 200), (old, 401)]:
            headers = {"Ocp-Apim-Subscription-Key": key}
            assert cloud.call("GET", echo, headers=headers).status == status

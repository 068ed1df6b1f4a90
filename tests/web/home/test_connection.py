"""Cutting off a simulated device and connecting it again, against a real sandbox. [SBX-3]"""

from collections.abc import Iterator

import pytest

from tests.cloud import Cloud
from tests.person import signed_in


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("connection") / "data") as running:
        yield running


def test_an_owner_cuts_a_device_off_and_connects_it_again(cloud: Cloud) -> None:
    plant, module = cloud.thermostat()
    enzo = signed_in(cloud, "end_user", f"/home/{plant}/thermostats/{module}")
    cut = enzo.submit(enzo.form_to(f"/connection/{module}"), ("connected", "no"))
    assert "Applications are told that it is offline." in cut.text
    assert "The thermostat is not connected." in cut.text
    (fault,) = cloud.control("GET", "/faults")
    assert (fault["kind"], fault["where"]) == ("gateway-offline", {"module": module})
    back = enzo.submit(enzo.form_to(f"/connection/{module}"), ("connected", "yes"))
    assert "It is connected again." in back.text
    assert "The thermostat is not connected." not in back.text
    assert cloud.control("GET", "/faults") == []


def test_nobody_cuts_off_what_others_own(cloud: Cloud) -> None:
    plant, module = cloud.thermostat()
    dora = signed_in(cloud, "developer", "/home")
    form = next(one for one in dora.forms if "csrf" in one.values)
    asked = dora.http.post(
        f"{cloud.origin('portal')}/home/{plant}/connection/{module}",
        data={"csrf": form.values["csrf"], "connected": "no"},
    )
    assert asked.status_code == 404
    assert cloud.control("GET", "/faults") == []

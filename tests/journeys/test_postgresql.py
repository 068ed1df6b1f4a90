"""The same cloud with its tables in PostgreSQL: one environment variable, no other difference."""

from tests import receiver
from tests.cloud import Cloud
from tests.journeys.test_sigkill import refresh, set_point_now


def test_the_chain_on_postgresql(postgres_cloud: Cloud) -> None:
    cloud = postgres_cloud
    plant, _ = cloud.thermostat()
    assert not (cloud.data / "workswith.db").exists()
    with (
        receiver.in_thread(receiver.tls_of(cloud.data / "tls")) as endpoint,
        cloud.http() as http,
    ):
        subscribed = http.post(
            f"{cloud.origin('api')}/smarther/v2.0/plants/{plant}/subscription",
            headers=cloud.api_headers(),
            json={"EndPointUrl": endpoint.url()},
        )
        assert subscribed.status_code == 201
        turned = http.post(
            cloud.status_url(),
            headers=cloud.api_headers(),
            json={
                "function": "heating",
                "mode": "manual",
                "setPoint": {"value": "24.5", "unit": "C"},
            },
        )
        assert turned.status_code == 200
        assert set_point_now(cloud, http) == 24.5
        cloud.control("POST", "/clock/freeze")
        cloud.advance("1m")
        assert any(b'"24.50000"' in request.body for request in endpoint.received)
        again = refresh(cloud, http, cloud.document["tokens"]["refresh_token"])
        assert again.status_code == 200
        assert cloud.stop() == 0
    cloud.start()
    with cloud.http() as http:
        assert set_point_now(cloud, http) == 24.5

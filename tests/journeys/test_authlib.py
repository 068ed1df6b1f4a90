"""The code flow with a client that others wrote, over TLS; tokens checked by foreign libraries."""

from urllib.parse import parse_qsl, urlsplit

import jwt
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt as jose
from joserfc.jwk import KeySet

from tests.cloud import Cloud
from tests.person import consent_as_home_owner


def test_discovery_code_flow_refresh_and_api(tls_cloud: Cloud) -> None:
    cloud = tls_cloud
    application = cloud.document["application"]
    redirect_uri = application["redirect_uris"][0]
    ca = cloud.document["ca_file"]
    with cloud.http() as http:
        issuer = f"{cloud.origin('login')}/{application['client_id']}"
        metadata = http.get(f"{issuer}/.well-known/openid-configuration").json()
        assert metadata["issuer"] == issuer
        keys = http.get(metadata["jwks_uri"]).json()

    client = OAuth2Session(
        application["client_id"],
        application["client_secret"],
        redirect_uri=redirect_uri,
        token_endpoint_auth_method="client_secret_post",
        code_challenge_method="S256",
    )
    client.trust_env = False  # a machine may name other authorities
    client.verify = ca
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier="v" * 64
    )
    landed = consent_as_home_owner(cloud, url, redirect_uri)
    assert [name for name, _ in parse_qsl(urlsplit(landed).query)] == ["iss", "code", "state"]
    token = client.fetch_token(
        metadata["token_endpoint"],
        authorization_response=landed,
        state=state,
        code_verifier="v" * 64,
    )
    assert token["expires_in"] == 3600
    assert token["refresh_token_expires_in"] == 7_776_000

    signing = jwt.PyJWKSet.from_dict(keys)
    kid = jwt.get_unverified_header(token["id_token"])["kid"]
    claims = jwt.decode(
        token["id_token"],
        signing[kid].key,
        algorithms=["RS256"],
        audience=application["client_id"],
        issuer=issuer,
    )
    again = jose.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=["RS256"])
    assert again.claims == claims
    access = jose.decode(token["access_token"], KeySet.import_key_set(keys), algorithms=["RS256"])
    assert access.claims["sub"] == claims["sub"]

    refreshed = client.refresh_token(metadata["token_endpoint"])
    assert refreshed["refresh_token"] != token["refresh_token"]
    with cloud.http() as http:
        status = http.get(cloud.status_url(), headers=cloud.api_headers(refreshed["access_token"]))
        assert status.status_code == 200
        refused = http.get(cloud.status_url(), headers=cloud.api_headers(token["id_token"]))
        assert refused.status_code == 401  # an id_token is no key to an API [OID-8]

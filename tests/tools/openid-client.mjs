// A relying party with openid-client: discovery, PKCE, PAR where told, code, userinfo, refresh, revocation.
// Prints the address that the user opens, reads the one where they land, prints what it got.
import { createInterface } from "node:readline/promises";
import { pathToFileURL } from "node:url";

const given = JSON.parse(process.argv[2]);
const client = await import(pathToFileURL(`${given.modules}/openid-client/build/index.js`));

const methods = { basic: client.ClientSecretBasic, post: client.ClientSecretPost };
const config = await client.discovery(
  new URL(given.issuer),
  given.client_id,
  undefined,
  methods[given.method](given.client_secret),
);
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const request = {
  redirect_uri: given.redirect_uri,
  scope: given.scope,
  state,
  nonce,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
};
const url = given.pushed
  ? await client.buildAuthorizationUrlWithPAR(config, request)
  : client.buildAuthorizationUrl(config, request);
console.log(url.href);

const lines = createInterface({ input: process.stdin });
const landed = (await lines[Symbol.asyncIterator]().next()).value;
lines.close();

const tokens = await client.authorizationCodeGrant(config, new URL(landed), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
});
const claims = tokens.claims();
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
const again = await client.fetchUserInfo(config, refreshed.access_token, claims.sub);
const introspected = await client.tokenIntrospection(config, refreshed.access_token);
await client.tokenRevocation(config, refreshed.refresh_token);
let afterwards = "still there";
try {
  await client.refreshTokenGrant(config, refreshed.refresh_token);
} catch (error) {
  afterwards = error.error;
}
console.log(
  JSON.stringify({
    claims,
    userinfo,
    again,
    rotated: refreshed.refresh_token !== tokens.refresh_token,
    refreshed_claims: refreshed.claims() ?? null,
    active: introspected.active,
    end_session: client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token }).href,
    afterwards,
  }),
);

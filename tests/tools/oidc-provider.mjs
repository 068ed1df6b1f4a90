// A company's OpenID Connect provider, as others wrote it: node oidc-provider with its own sign-in and
// consent pages, over TLS. node oidc-provider.mjs '{modules, cert, key, client_id, client_secret,
// redirect_uri}' prints its issuer and serves. Everybody has an address at company.example;
// "unverified" has one that the company does not vouch for.
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { pathToFileURL } from "node:url";

const given = JSON.parse(process.argv[2]);
console.warn = console.info = () => {};
const { default: Provider } = await import(
  pathToFileURL(`${given.modules}/oidc-provider/lib/index.js`)
);

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "one" };
const server = createServer({ cert: readFileSync(given.cert), key: readFileSync(given.key) });
server.listen(0, "127.0.0.1", () => {
  const issuer = `https://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: given.client_id,
        client_secret: given.client_secret,
        redirect_uris: [given.redirect_uri],
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ["a key of a test"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "given_name", "family_name"] },
    pkce: { required: () => true },
    findAccount: async (_ctx, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        email: `${id}@company.example`,
        email_verified: id !== "unverified",
        given_name: "Katherine",
        family_name: "Johnson",
        name: "Katherine Johnson",
      }),
    }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});

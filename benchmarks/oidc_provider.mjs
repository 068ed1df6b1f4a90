// The yardstick of refreshes: node oidc-provider, in memory, with the same two RS256 signatures.
// node oidc_provider.mjs MODULES TOKENS: prints {port, client_id, client_secret, tokens} and serves.
import { generateKeyPairSync } from "node:crypto";
import { pathToFileURL } from "node:url";

const [modules, count] = [process.argv[2], Number(process.argv[3])];
console.warn = console.info = () => {};
const { default: Provider } = await import(
  pathToFileURL(`${modules}/oidc-provider/lib/index.js`)
);

const store = new Map();
class Memory {
  constructor(name) {
    this.name = name;
  }
  async upsert(id, payload) {
    store.set(`${this.name}:${id}`, payload);
  }
  async find(id) {
    return store.get(`${this.name}:${id}`);
  }
  async findByUid() {}
  async findByUserCode() {}
  async consume(id) {
    store.get(`${this.name}:${id}`).consumed = Math.floor(Date.now() / 1000);
  }
  async destroy(id) {
    store.delete(`${this.name}:${id}`);
  }
  async revokeByGrantId() {}
}

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "one" };
const resource = "urn:api";
const client = {
  client_id: "benchmark",
  client_secret: "benchmark-secret-benchmark-secret",
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: ["https://client.example/callback"],
  token_endpoint_auth_method: "client_secret_post",
};
const provider = new Provider("http://127.0.0.1", {
  adapter: Memory,
  clients: [client],
  jwks: { keys: [jwk] },
  scopes: ["openid", "offline_access", "comfort.read"],
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  ttl: { RefreshToken: 7776000, Grant: 7776000, AccessToken: 3600, IdToken: 3600 },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => resource,
      useGrantedResource: async () => true,
      getResourceServerInfo: async () => ({
        scope: "comfort.read",
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
});
const tokens = [];
const known = await provider.Client.find(client.client_id);
for (let at = 0; at < count; at += 1) {
  const grant = new provider.Grant({ accountId: "ada", clientId: client.client_id });
  grant.addOIDCScope("openid offline_access");
  grant.addResourceScope(resource, "comfort.read");
  const token = new provider.RefreshToken({
    accountId: "ada",
    client: known,
    grantId: await grant.save(),
    gty: "authorization_code",
    scope: "openid offline_access comfort.read",
    resource,
    rotations: 0,
    iiat: Math.floor(Date.now() / 1000),
    authTime: Math.floor(Date.now() / 1000),
  });
  tokens.push(await token.save());
}
const server = provider.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  console.log(JSON.stringify({ port, ...client, tokens }));
});

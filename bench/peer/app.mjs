// The peer: node-oidc-provider with a durable PostgreSQL adapter, set up as its documentation says for production.
//
// Environment: PORT, DATABASE (a postgres:// URL), TABLE, CLIENT_SECRET, ACCESS_TOKENS (opaque or jwt), ALGORITHM
// (RS256 or ES256), PROCESSES. Processes of one server share the keys, as they would in production.
import cluster from 'node:cluster';
import { generateKeyPairSync } from 'node:crypto';
import pg from 'pg';
import * as oidc from 'oidc-provider';
import { adapterOn, createTable } from './adapter.mjs';

const PORT = Number(process.env.PORT);
const PROCESSES = Number(process.env.PROCESSES || 1);
const ALGORITHM = process.env.ALGORITHM;
const API = 'https://api.example.com';
const LIFE = 36000;

function newKeys() {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return [{ ...rsa, alg: 'RS256', use: 'sig', kid: 'r1' }, { ...ec, alg: 'ES256', use: 'sig', kid: 'e1' }];
}

function clients(secret) {
  const shared = { client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' };
  return [
    { ...shared, client_id: 'web', redirect_uris: ['https://rp.example/cb'], grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'], scope: 'openid profile email offline_access', id_token_signed_response_alg: ALGORITHM },
    { ...shared, client_id: 'machine', redirect_uris: [], response_types: [], grant_types: ['client_credentials'], scope: 'read' },
  ];
}

// JWT access tokens exist in this software for a resource server only (RFC 8707).
const jwtAccessTokens = {
  resourceIndicators: {
    enabled: true,
    defaultResource: () => API,
    useGrantedResource: () => true,
    getResourceServerInfo: () => ({
      scope: 'read openid profile email', audience: API, accessTokenTTL: LIFE, accessTokenFormat: 'jwt', jwt: { sign: { alg: ALGORITHM } },
    }),
  },
};

function serve(keys) {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE, max: 8 });
  const provider = new oidc.Provider(`http://127.0.0.1:${PORT}`, {
    adapter: adapterOn(pool, process.env.TABLE),
    clients: clients(process.env.CLIENT_SECRET),
    jwks: { keys },
    scopes: ['openid', 'profile', 'email', 'offline_access', 'read'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    cookies: { keys: [keys[0].d] },
    pkce: { required: () => true },
    issueRefreshToken: async (context, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    ttl: { AccessToken: LIFE, ClientCredentials: LIFE, IdToken: LIFE, AuthorizationCode: 60, Interaction: 3600,
      RefreshToken: 864000, Session: 864000, Grant: 864000 },
    findAccount: async (context, id) => ({ accountId: id, claims: async () => (
      { sub: id, email: `${id}@example.com`, email_verified: true, name: id, preferred_username: id }) }),
    features: {
      devInteractions: { enabled: true }, // its login and consent forms; only the driver's start uses them
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: async () => true },
      userinfo: { enabled: true },
      ...(process.env.ACCESS_TOKENS === 'jwt' ? jwtAccessTokens : {}),
    },
  });
  provider.on('server_error', (context, error) => console.error(error));
  provider.listen(PORT, '127.0.0.1', () => console.error('listening', PORT));
}

if (PROCESSES > 1 && cluster.isPrimary) {
  await createTable(process.env.DATABASE, process.env.TABLE);
  const KEYS = JSON.stringify(newKeys());
  for (let number = 0; number < PROCESSES; number += 1) cluster.fork({ KEYS });
} else if (process.env.KEYS) {
  serve(JSON.parse(process.env.KEYS));
} else {
  await createTable(process.env.DATABASE, process.env.TABLE);
  serve(newKeys());
}

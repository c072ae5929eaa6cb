/** An OpenID Connect provider on this machine: its discovery document, its keys over HTTP, and tokens as it would sign them. */
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

export interface Provider {
  issuer: string;
  /** A good token for `audience`, an hour long, but for what is said otherwise. */
  token(
    claims: JWTPayload,
    more?: { alg?: string; key?: Key | Uint8Array; kid?: string; hours?: number; without?: string },
  ): Promise<string>;
  /** The public key as it stands in its set of keys, as text. */
  publicKey: string;
  stop(): Promise<void>;
}

export async function startProvider(audience: string): Promise<Provider> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  let issuer = '';
  const server = createServer((request, response) => {
    const pages: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/keys': { keys: [jwk] },
    };
    const page = pages[request.url ?? ''];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  issuer = `http://127.0.0.1:${address.port}`;
  return {
    issuer,
    publicKey: JSON.stringify(jwk),
    async token(claims, { alg = 'RS256', key = privateKey, kid = 'one', hours = 1, without } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, aud: audience, iat: now, exp: now + hours * 3600, ...claims };
      const left = Object.fromEntries(Object.entries(all).filter(([name]) => name !== without));
      return new SignJWT(left).setProtectedHeader({ alg, kid }).sign(key);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { httpOrigin } from '../../test/support/origin.js';
import type { Target } from './bare.js';
import { HttpClient } from './http-client.js';
import { BenchServer } from './server.js';

const IDP = { issuer: 'https://idp.example', audience: 'plugboard' };
/** Quotas that are kept and told in each answer, and never used up. */
const NO_LIMIT = { RATE_LIMIT_TOKEN: '1000000000', RATE_LIMIT_ADDRESS: '1000000000' };

/** One kind of request and what it must be answered with. */
export interface Case {
  name: string;
  target: Target;
  method: string;
  /** For each connection, by its number. */
  path: (connection: number) => string;
  headers: Record<string, string>;
  /** For each request of a connection, by its number; none has no body. */
  body?: (request: number) => string;
  status: number;
}

/** A server that takes an identity provider's tokens beside its own, and has as many plugins as it was told. */
export class HttpWorld {
  private made = 0;

  private constructor(
    private readonly server: BenchServer,
    private readonly client: HttpClient,
    readonly tokens: { rs256: string; virtualKey: string; hs256: string },
  ) {}

  static async use(work: (world: HttpWorld) => Promise<void>): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', kid: 'bench' }] });
    const provider = await httpOrigin((_request, response) => response.end(keys));
    const rs256 = await new SignJWT({ scope: 'admin' })
      .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
      .setIssuer(IDP.issuer)
      .setAudience(IDP.audience)
      .setSubject('bench')
      .setExpirationTime('2 h')
      .sign(privateKey);
    const env = {
      JWT_JWKS_URL: provider.url,
      JWT_ISSUER: IDP.issuer,
      JWT_AUDIENCE: IDP.audience,
      ...NO_LIMIT,
    };
    try {
      await BenchServer.use(async (server) => {
        const client = new HttpClient(server.url, rs256);
        await server.plugin('listed.mjs', `export const getName = () => 'listed';`);
        await work(new HttpWorld(server, client, { rs256, ...(await ownTokens(client)) }));
        client.close();
      }, env);
    } finally {
      await provider.close();
    }
  }

  get target(): Target {
    return { pid: this.server.pid, url: this.server.url };
  }

  /** Creates plugins, `listed-0` and so on, none of them enabled, until there are `size`. */
  async grow(size: number): Promise<void> {
    for (; this.made < size; this.made++)
      await this.client.expect(201, 'POST', '/api/plugins', {
        name: `listed-${this.made}`,
        path: 'listed.mjs',
      });
  }

  /** The list as an admin asks for it, unless told otherwise. */
  get(
    name: string,
    { path = '/api/plugins', ...headers }: Record<string, string> & { path?: string } = {},
  ): Case {
    const { target, tokens } = this;
    const all = { authorization: `Bearer ${tokens.rs256}`, ...headers };
    const status = 'if-none-match' in headers ? 304 : 200;
    return { name, target, method: 'GET', path: () => path, headers: all, status };
  }

  async etagOf(path = '/api/plugins'): Promise<string> {
    const { rawHeaders } = await this.client.expect(200, 'GET', path);
    return rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'etag') + 1] ?? '';
  }
}

/** A virtual key and a token made from it. */
async function ownTokens(client: HttpClient): Promise<{ virtualKey: string; hs256: string }> {
  const { body } = await client.expect(201, 'POST', '/api/auth/virtual-keys', { name: 'bench' });
  const { key } = JSON.parse(body.toString()) as { key: string };
  const ofKey = { authorization: `Bearer ${key}` };
  const answer = await client.expect(200, 'POST', '/api/auth/token', {}, ofKey);
  return { virtualKey: key, hs256: (JSON.parse(answer.body.toString()) as { token: string }).token };
}

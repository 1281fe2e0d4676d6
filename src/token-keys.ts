import type { Config } from './config.js';
import { keysUnavailable, TokenKeys } from './modules/auth/index.js';
import type { DataFolder } from './platform/data-folder/index.js';
import { GuardedClient } from './platform/http/outbound/guarded.client.js';

const ADMIN_TOKEN_SECONDS = 30 * 24 * 3600;

/** A key set is a few kilobytes. */
const MAX_JWKS_BYTES = 256 * 1024;
const JWKS_LIMIT_MS = 4_000;

/** Secrets come from the configuration, or are made once and kept in the data folder (never in production). */
export async function openTokenKeys(
  config: Config,
  folder: Pick<DataFolder, 'secretFile'>,
): Promise<TokenKeys> {
  const secret = config.JWT_SECRET || (await folder.secretFile('jwt-secret', 32));
  return new TokenKeys({
    secret,
    ...(config.JWT_JWKS_URL && {
      provider: {
        jwksUrl: config.JWT_JWKS_URL,
        algorithm: config.JWT_ALGORITHM,
        issuer: config.JWT_ISSUER,
        audience: config.JWT_AUDIENCE,
      },
      fetch: jwksFetch(config),
    }),
  });
}

function jwksFetch(config: Config): (url: string) => Promise<Response> {
  const client = GuardedClient.reaching(config.JWT_JWKS_URL, config);
  return async (url) => {
    try {
      const { bytes } = await client.fetchBytes(url, { maxBytes: MAX_JWKS_BYTES, timeoutMs: JWKS_LIMIT_MS });
      return new Response(new Uint8Array(bytes));
    } catch (error) {
      throw keysUnavailable(error);
    }
  };
}

/** An admin JWT, good for 30 days. */
export function signAdminToken(keys: TokenKeys): Promise<string> {
  return keys.sign({ sub: 'admin', name: 'admin', scope: 'admin' }, ADMIN_TOKEN_SECONDS);
}

import type { Config } from './config.js';
import { keysUnavailable, TokenKeys } from './modules/auth/index.js';
import type { DataFolder } from './platform/data-folder/index.js';
import { JWT_SECRET_BYTES, JWT_SECRET_FILE } from './platform/own-tokens.js';
import { GuardedClient } from './platform/http/outbound/guarded.client.js';

/** A key set is a few kilobytes. */
const MAX_JWKS_BYTES = 256 * 1024;
const JWKS_LIMIT_MS = 4_000;

/** Secrets come from the configuration, or are made once and kept in the data folder (never in production). */
export async function openTokenKeys(
  config: Config,
  folder: Pick<DataFolder, 'secretFile'>,
): Promise<TokenKeys> {
  const secret = config.JWT_SECRET || (await folder.secretFile(JWT_SECRET_FILE, JWT_SECRET_BYTES));
  return new TokenKeys({
    secret,
    ...(config.JWT_ISSUER && { issuer: config.JWT_ISSUER }),
    ...(config.JWT_AUDIENCE && { audience: config.JWT_AUDIENCE }),
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

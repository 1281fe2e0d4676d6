import { type Config, ConfigError } from './config.js';
import { TokenKeys } from './modules/auth/index.js';
import type { DataFolder } from './platform/data-folder/index.js';

const ADMIN_TOKEN_SECONDS = 30 * 24 * 3600;

/** Secrets come from the configuration, or are made once and kept in the data folder (never in production). */
export async function openTokenKeys(
  config: Config,
  folder: Pick<DataFolder, 'secretFile'>,
): Promise<TokenKeys> {
  if (config.production && !config.JWT_SECRET)
    throw new ConfigError(
      'NODE_ENV=production needs JWT_SECRET, 32 characters or more, the same on every server',
    );
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
    }),
  });
}

/** An admin JWT, good for 30 days. */
export function signAdminToken(keys: TokenKeys): Promise<string> {
  return keys.sign({ sub: 'admin', name: 'admin', scope: 'admin' }, ADMIN_TOKEN_SECONDS);
}

import { ConfigError } from '../../config.js';

const KEY_BYTES = 32;
const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;
const ADVICE =
  'must be 32 bytes written as base64 (44 characters) or hex (64 characters); `openssl rand -base64 32` prints one';

/**
 * Decodes the keys of SECRETS_KEY, in their order: the first encrypts, all decrypt.
 * Hex is tried first, for 64 hex digits are legal base64 too. A key that is listed twice counts once.
 * @throws ConfigError with one line per wrong key, which names its place and never its text
 */
export function parseSecretsKeys(list: readonly string[]): Buffer[] {
  if (list.length === 0) throw new ConfigError(`SECRETS_KEY is empty: a key ${ADVICE}`);
  const problems: string[] = [];
  const keys: Buffer[] = [];
  list.forEach((text, index) => {
    const key = decodeKey(text.trim());
    if (!key) problems.push(`SECRETS_KEY, key ${index + 1} of ${list.length}, ${ADVICE}`);
    else if (!keys.some((known) => known.equals(key))) keys.push(key);
  });
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return keys;
}

function decodeKey(text: string): Buffer | undefined {
  if (HEX.test(text)) return Buffer.from(text, 'hex');
  if (!BASE64.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

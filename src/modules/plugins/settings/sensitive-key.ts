/**
 * Guesses from a name alone whether its value is a secret. Wrong guesses are not equal: a masked page size is
 * a nuisance, a shown password is a leak. So a name that speaks of a secret counts as one unless it clearly
 * says something *about* the secret (its limit, address, name or file).
 */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** A name with one of these in it holds a secret. */
const SECRET =
  words(`secret secrets password passwords passwd pwd passphrase passcode credential credentials creds
  mnemonic mnemonics cookie cookies bearer authorization keypair apikey apikeys`);
/** These hold a secret only as the last word: `SMTP_PASS`, but `pass_through` not. */
const SECRET_AT_END = words(
  'pass dsn jwt pat auth oauth vk salt otp totp private seed seeds bot webhook webhooks',
);
/** Seeds that make chance repeatable: `random_seed`. */
const CHANCE = words('random sampling sample noise rng numpy torch shuffle dataset image generation');
/** Names written without any boundary: `dbpassword`, `secretaccesskey`. */
const SECRET_ENDINGS = [
  ...[
    'password',
    'passwd',
    'passphrase',
    'secret',
    'apikey',
    'apikeys',
    'accesskey',
    'privatekey',
    'secretkey',
  ],
  ...['apitoken', 'authtoken', 'accesstoken', 'bottoken', 'refreshtoken', 'sessiontoken'],
  ...['seedphrase', 'recoveryphrase', 'backupphrase', 'mnemonicphrase', 'webhookurl', 'webhookuri'],
];
/** Two words that make a secret together. */
const SECRET_PAIRS =
  words(`seed-phrase recovery-phrase wallet-seed connection-string connection-strings conn-string
  conn-str session-string session-cookie webhook-url webhook-uri webhook-urls webhook-uris webhook-endpoint
  webhook-endpoints webhook-address webhooks-url webhooks-urls auth-header auth-headers pass-word pass-phrase
  service-account backup-phrase mnemonic-phrase seed-word seed-words seed-hex seed-bytes seed-base private-pem
  private-jwk private-jwks private-hex private-wif private-base`);
/** `database_url` and its like carry a password more often than not. */
const STORES = words(
  'database db postgres postgresql pg mysql mariadb mongo mongodb redis amqp rabbitmq sentry',
);
const ADDRESSES = words('url uri urls uris');

/** A last word that says something about a secret instead of being one. */
const ABOUT =
  words(`url uri urls uris endpoint host port path paths file filename dir directory type kind mode method
  name names id ids field fields header prefix suffix length len size limit limits count expiry expires expiration ttl
  timeout age interval rotation enabled required disabled algorithm alg issuer audience scope scopes provider format
  version policy strategy address addresses symbol mint decimals budget usage model models region ref reference env
  variable status hint label description placeholder domain location backend manager store seconds secs ms minutes
  hours days estimate threshold ratio price cost window rate chars template regex pattern patterns detection`);
/** Identifiers that are half of a credential after all. */
const SECRET_IDS = words('secret-id key-id');
/** Tokens that are counted, not presented: `max_tokens`. */
const COUNTED =
  words(`max maximum min minimum num number total count input output prompt completion context reasoning
  thinking budget per limit cached used stop special chunk overlap generated estimated remaining bucket burst`);
/** Flags: `require_auth`, `redact_secrets`. */
const FLAGS = words(
  'is has use uses enable enables disable require requires skip allow redact mask hide detect',
);
/** Keys that look something up instead of opening it. */
const OPEN_KEYS =
  words(`public primary partition sort cache foreign hot object routing idempotency group map row dedupe
  metadata index publishable translation config header query field tag label sorting sort by unique natural composite
  hash range json yaml property i18n locale message event job queue topic record item entity dictionary context
  shortcut arrow enter escape modifier`);

/** Nobody speaks in names that are longer: such a one is hidden, not read. */
const MAX_NAME = 256;
/** What is known of the names that were judged last. Each is asked for a dozen times in one change. */
const known = new Map<string, boolean>();
const MAX_KNOWN = 5_000;

/** @param name a config key, environment variable, HTTP header or JSON property, in any spelling */
export function isSensitiveKey(name: string): boolean {
  if (name.length > MAX_NAME) return true;
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= MAX_KNOWN) known.clear();
  const isSensitive = judge(name);
  known.set(name, isSensitive);
  return isSensitive;
}

function judge(name: string): boolean {
  const parts = wordsOf(name);
  const last = parts.at(-1);
  if (last === undefined) return false;
  const pairs = parts.slice(1).map((part, index) => `${parts[index] ?? ''}-${part}`);
  const lastPair = pairs.at(-1) ?? '';
  if (pairs.some((pair) => SECRET_PAIRS.has(pair)) && (SECRET_PAIRS.has(lastPair) || !ABOUT.has(last)))
    return true;
  if (ADDRESSES.has(last)) return parts.some((part) => STORES.has(part));
  if (ABOUT.has(last)) return SECRET_IDS.has(lastPair) && !parts.includes('public');
  return !isFlag(parts) && holdsSecret(parts, last);
}

function holdsSecret(parts: readonly string[], last: string): boolean {
  return parts.some(isSecretWord) || isSecretAtEnd(parts, last) || isToken(parts) || isKey(parts);
}

function isSecretAtEnd(parts: readonly string[], last: string): boolean {
  if (!SECRET_AT_END.has(last)) return false;
  return !last.startsWith('seed') || !parts.some((part) => CHANCE.has(part));
}

function isFlag(parts: readonly string[]): boolean {
  return parts.length > 1 && FLAGS.has(parts[0] ?? '');
}

function isSecretWord(word: string): boolean {
  return SECRET.has(word) || SECRET_ENDINGS.some((ending) => word.endsWith(ending));
}

function isToken(parts: readonly string[]): boolean {
  if (!parts.includes('token') && !parts.includes('tokens')) return false;
  return !parts.some((part) => COUNTED.has(part));
}

/**
 * `HELIUS_KEY` opens something, `sort_key` does not. A lone `key` counts: beside a certificate or a provider's
 * name it is the secret itself. (Where it is the label of a `value`, the walk over the config knows.)
 */
function isKey(parts: readonly string[]): boolean {
  const at = parts.findLastIndex((part) => part === 'key' || part === 'keys');
  if (at < 0) return false;
  const before = parts[at - 1];
  if (at < parts.length - 1) return before !== undefined && OPENERS.has(before);
  return before === undefined || !OPEN_KEYS.has(before);
}

/** Before a `key` that is not the last word: `secret_key_base`, `api_key_2`. */
const OPENERS = words('api private secret access encryption signing master');

/** `OPENAI_API_KEY`, `apiKey`, `X-Api-Key`, `APIKey2` → lower-case words, digits dropped at the end of each. */
function wordsOf(name: string): string[] {
  return name
    .normalize('NFKC')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(?!\p{Lu}s(?!\p{Ll}))(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .map((word) => word.replace(/\d+$/, ''))
    .filter((word) => word !== '');
}

import { isSensitiveKey } from './sensitive-key.js';

/** Shapes of well-known credentials. Each is anchored or starts with a literal or digits, so matching stays linear. */
const SHAPES = [
  /^(?:sk|pk|rk|gsk|xai|pplx|sk_live|sk_test|rk_live|whsec|glpat|npm|hf|ghp|gho|ghu|ghs|ghr|github_pat)[-_][\w-]{16,}$/,
  /^xox[a-z]-[\w-]{10,}$/,
  /^(?:AKIA|ASIA)[0-9A-Z]{16}$/,
  /^AIza[\w-]{30,}$/,
  /^SG\.[\w-]{16,}\./,
  /^eyJ[\w-]{8,}\.eyJ[\w-]{8,}\./,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY/,
  // Addresses whose path is the credential, and the token of a Telegram bot.
  /\/api\/webhooks\/\d{1,30}\/[\w-]/,
  /hooks\.slack\.com\/(?:services|workflows|triggers)\/\w/,
  /(?<!\d)\d{6,12}:[\w-]{30,}/,
];
const BEARER = /\b(?:Bearer|Basic)\s([\w+/=.~-]{8,})/gi;
/** `--api-key=abc`, `API_KEY=abc`, alone or among other words. */
const ASSIGNMENT = /(?:^|\s)-{0,2}([A-Za-z_][\w.-]{0,99})=(\S+)/g;
/** `--token abc` in a command line; a list of arguments has them apart (see `position.ts`). */
const OPTION = /(?:^|\s)--?([A-Za-z][\w-]{0,99})\s(?!-)(\S+)/g;
/** Tells `--token s3cr3t` from prose about `--token and its like`. */
const NO_WORD = /[\dA-Z]|.{16}/;
/** `X-Api-Key: abc`. Other text with a colon is prose, unless the name is that of a header. */
const HEADER = /^\s*([A-Za-z][\w-]{0,99}):\s?(\S.*)$/s;
const HEADER_NAMES = /^(?:set-)?cookie$|^(?:proxy-)?authorization$/i;
/** `user:password@host:port` without a scheme, as proxies are written. */
const USER_AT_HOST = /^[^\s:/?#@]{1,200}:([^\s/?#@]{1,200})@[\w.-]{1,253}:\d{1,5}\/?$/;

/**
 * True for text that carries a credential wherever it stands: a well-known key, a bearer header, a private
 * key, an address with a password in it, a command-line option. It is masked even under a name that says nothing.
 */
export function looksSecret(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return SHAPES.some((shape) => shape.test(value)) || credentialsIn(value).length > 0;
}

/**
 * The credentials inside a text that holds more than them, without what names them: the password of an address, the
 * value of `?api-key=…`, `--token=…`, `API_KEY=…` and `X-Api-Key: …`, the token of a bearer header.
 */
export function credentialsIn(text: string): string[] {
  const named = [...text.matchAll(ASSIGNMENT), ...options(text), ...header(text)];
  return [
    ...inAddress(text),
    ...named.filter(([, name = '']) => isSensitiveKey(name)).map(([, , value = '']) => value),
    ...[...text.matchAll(BEARER)].map(([, token = '']) => token),
    ...(USER_AT_HOST.exec(text)?.slice(1) ?? []),
  ];
}

function options(text: string): RegExpExecArray[] {
  return [...text.matchAll(OPTION)].filter(([, , value = '']) => NO_WORD.test(value));
}

function header(text: string): RegExpExecArray[] {
  const found = HEADER.exec(text);
  const [, name = '', value = ''] = found ?? [];
  return found && (HEADER_NAMES.test(name) || !/\s/.test(value)) ? [found] : [];
}

/** `postgres://user:password@host` and `https://host/?api-key=…`. */
function inAddress(text: string): string[] {
  const scheme = text.indexOf('://');
  if (scheme <= 0) return [];
  const rest = text.slice(scheme + 3);
  const end = rest.search(/[/?#\s]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const userInfo = authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
  const colon = userInfo.indexOf(':');
  const query = rest.indexOf('?');
  const pairs = query < 0 ? [] : rest.slice(query + 1).split(/[&#]/);
  return [...(colon < 0 ? [] : [userInfo.slice(colon + 1)]), ...pairs.flatMap(secretOfPair)];
}

function secretOfPair(pair: string): string[] {
  const equals = pair.indexOf('=');
  const isSecret =
    equals > 0 && equals < pair.length - 1 && isSensitiveKey(pair.slice(0, Math.min(equals, 100)));
  return isSecret ? [pair.slice(equals + 1)] : [];
}

import { isSensitiveKey } from './sensitive-key.js';

/** Shapes of well-known credentials. Each is anchored or starts with a literal, so matching stays linear. */
const SHAPES = [
  /^(?:sk|pk|rk|gsk|xai|pplx|sk_live|sk_test|rk_live|whsec|glpat|npm|hf|ghp|gho|ghu|ghs|ghr|github_pat)[-_][\w-]{16,}$/,
  /^xox[a-z]-[\w-]{10,}$/,
  /^(?:AKIA|ASIA)[0-9A-Z]{16}$/,
  /^AIza[\w-]{30,}$/,
  /^SG\.[\w-]{16,}\./,
  /^eyJ[\w-]{8,}\.eyJ[\w-]{8,}\./,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY/,
  /\b(?:Bearer|Basic)\s[\w+/=.~-]{8,}/i,
];

/**
 * True for text that carries a credential wherever it stands: a well-known key, a bearer header, a private
 * key, an address with a password in it. It is masked even under a name that says nothing.
 */
export function looksSecret(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return SHAPES.some((shape) => shape.test(value)) || addressHasSecret(value);
}

/** `postgres://user:password@host` and `https://host/?api-key=…`. */
function addressHasSecret(text: string): boolean {
  const scheme = text.indexOf('://');
  if (scheme <= 0) return false;
  const rest = text.slice(scheme + 3);
  const end = rest.search(/[/?#\s]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf('@');
  if (at >= 0 && authority.slice(0, at).includes(':')) return true;
  const query = rest.indexOf('?');
  return (
    query >= 0 &&
    rest
      .slice(query + 1)
      .split(/[&#]/)
      .some(isSecretPair)
  );
}

function isSecretPair(pair: string): boolean {
  const equals = pair.indexOf('=');
  return equals > 0 && equals < pair.length - 1 && isSensitiveKey(pair.slice(0, Math.min(equals, 100)));
}

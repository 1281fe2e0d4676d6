import type { JWTPayload } from 'jose';
import { type GrantedScope, isScope } from '../../platform/http/scopes.js';

/** Where the scopes of an identity provider's tokens stand, and what its words for them mean here. */
export interface ScopeRule {
  /** Paths of claims, such as `scope` and `realm_access.roles`. */
  readonly claims: readonly string[];
  /** Scopes by the value that gives them. Empty: values are scopes themselves, and others give nothing. */
  readonly map: ReadonlyMap<string, readonly string[]>;
}

/** How tokens that this server signs name their scopes (`scope` as in RFC 8693). */
export const OWN_SCOPES: ScopeRule = { claims: ['scope', 'scopes'], map: new Map() };

/**
 * Reads the scopes of a token. A claim holds them as text with spaces between them, or as a list of texts; any other
 * form, and what is no scope, gives none.
 */
export function scopesOf(claims: JWTPayload, { claims: paths, map }: ScopeRule): Set<GrantedScope> {
  const values = paths.flatMap((path) => textsOf(claimAt(claims, path)));
  const scopes = map.size === 0 ? values : values.flatMap((value) => map.get(value) ?? []);
  return new Set(scopes.filter(isScope));
}

/** The value at a path. A claim's own name may have dots, as addresses and ids of clients do. */
function claimAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (Object.hasOwn(value, path)) return Reflect.get(value, path);
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const name = path.slice(0, dot);
    const found = Object.hasOwn(value, name)
      ? claimAt(Reflect.get(value, name), path.slice(dot + 1))
      : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(' ');
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

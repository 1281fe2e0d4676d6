/** What a token may be allowed to do. `admin` has all. */
export const SCOPES = [
  'plugins:read',
  'plugins:write',
  'plugins:install',
  'core:write',
  'registry:read',
  'registry:write',
  'registry:publish',
  'keys:manage',
  'audit:read',
  'secrets:reveal',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Scopes that a token may hold for some names alone. */
const BINDABLE = ['registry:write', 'registry:publish'] as const satisfies Scope[];
export type BindableScope = (typeof BINDABLE)[number];
/** `registry:publish:@acme/*`: for names that begin so; without the star, for that name alone. */
export type BoundScope = `${BindableScope}:${string}`;
/** What a token holds. */
export type GrantedScope = Scope | BoundScope;

/** Names of plugins and ids of agents, with one star at the end at most; not the star alone, which binds nothing. */
export const BOUND_SCOPE = /^registry:(?:write|publish):[\p{L}\p{N}@][\p{L}\p{M}\p{N} ._:@/+-]{0,127}\*?$/u;

/** Scopes of a virtual key that was made without naming any. */
export const DEFAULT_SCOPES: readonly Scope[] = ['plugins:read', 'plugins:write', 'registry:read'];

export function isScope(value: unknown): value is GrantedScope {
  return SCOPES.some((scope) => scope === value) || (typeof value === 'string' && BOUND_SCOPE.test(value));
}

type Scopes = ReadonlySet<GrantedScope>;

/** Whether the token may do it whatever the name. */
export function allows(scopes: Scopes, scope: Scope): boolean {
  return scopes.has(scope) || scopes.has('admin');
}

/** Whether there is any name that the token may do it for. */
export function holdsForSome(scopes: Scopes, scope: Scope): boolean {
  return allows(scopes, scope) || namesFor(scopes, scope).length > 0;
}

/** Whether the token may do it for this name. */
export function holdsFor(scopes: Scopes, scope: BindableScope, name: string): boolean {
  return allows(scopes, scope) || namesFor(scopes, scope).some((names) => covers(names, name));
}

/** Whether whoever holds `scopes` may pass `wanted` on: names of their own, or fewer. */
export function mayPassOn(scopes: Scopes, wanted: GrantedScope): boolean {
  const bindable = BINDABLE.find((scope) => wanted.startsWith(`${scope}:`));
  if (bindable === undefined) return allows(scopes, wanted as Scope);
  return holdsFor(scopes, bindable, wanted.slice(bindable.length + 1));
}

/** The names or prefixes that a token holds the scope for, where it is bound to some. */
export function namesFor(scopes: Scopes, scope: Scope): string[] {
  const start = `${scope}:`;
  return [...scopes].filter((one) => one.startsWith(start)).map((one) => one.slice(start.length));
}

/** `name` may end in a star itself: then every name that it stands for must be covered. */
function covers(names: string, name: string): boolean {
  return names.endsWith('*') ? name.startsWith(names.slice(0, -1)) : name === names;
}

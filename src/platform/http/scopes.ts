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

/** Scopes of a virtual key that was made without naming any. */
export const DEFAULT_SCOPES: readonly Scope[] = ['plugins:read', 'plugins:write', 'registry:read'];

export function isScope(value: unknown): value is Scope {
  return SCOPES.some((scope) => scope === value);
}

/** Whether who holds these scopes may do what needs `scope`. */
export function allows(scopes: ReadonlySet<Scope>, scope: Scope): boolean {
  return scopes.has(scope) || scopes.has('admin');
}

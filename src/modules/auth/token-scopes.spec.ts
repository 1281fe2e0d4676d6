import { describe, expect, it } from '@jest/globals';
import { OWN_SCOPES, scopesOf } from './token-scopes.js';

const read = (
  claims: Record<string, unknown>,
  paths: string[],
  map: Record<string, string[]> = {},
): string[] => [...scopesOf(claims, { claims: paths, map: new Map(Object.entries(map)) })];

describe('scopesOf', () => {
  it.each<[claims: Record<string, unknown>, path: string]>([
    [{ scp: 'plugins:read admin' }, 'scp'],
    [{ scp: ['plugins:read', 'admin'] }, 'scp'],
    [{ realm_access: { roles: ['plugins:read', 'admin', 'offline_access'] } }, 'realm_access.roles'],
    [{ resource_access: { 'my.app': { roles: ['plugins:read', 'admin'] } } }, 'resource_access.my.app.roles'],
    [{ 'https://acme.example/roles': ['plugins:read', 'admin'] }, 'https://acme.example/roles'],
    [{ 'https://acme.example': { roles: ['plugins:read', 'admin'] } }, 'https://acme.example.roles'],
  ])('reads %j at %s', (claims, path) => {
    expect(read(claims, [path])).toEqual(['plugins:read', 'admin']);
  });

  it.each<[claims: Record<string, unknown>, path: string]>([
    [{ scp: { admin: true } }, 'scp'],
    [{ scp: [['admin'], { admin: 1 }, 5, null] }, 'scp'],
    [{ scp: 'Admin,admin' }, 'scp'],
    [{ roles: ['admin'] }, 'scp'],
    [{ realm_access: ['admin'] }, 'realm_access.roles'],
    [{ realm_access: 'admin' }, 'realm_access.roles'],
    [{ realm_access: null }, 'realm_access.roles'],
    [{ resource_access: { other: { roles: ['admin'] } } }, 'resource_access.plugboard.roles'],
    [{}, 'constructor.name'],
    [{}, '__proto__'],
  ])('finds none in %j at %s', (claims, path) => {
    expect(read(claims, [path])).toEqual([]);
  });

  it('joins several claims, each scope once', () => {
    expect(read({ scp: 'plugins:read', roles: ['plugins:read', 'audit:read'] }, ['scp', 'roles'])).toEqual([
      'plugins:read',
      'audit:read',
    ]);
  });

  it('gives what a map says, and nothing else, once there is one', () => {
    const map = { Operator: ['plugins:read', 'plugins:write'], publisher: ['registry:publish:@acme/*'] };
    expect(read({ roles: ['Operator', 'publisher', 'admin', 'operator'] }, ['roles'], map)).toEqual([
      'plugins:read',
      'plugins:write',
      'registry:publish:@acme/*',
    ]);
  });

  it('reads no claim of our own tokens but scope and scopes', () => {
    const claims = { scope: 'plugins:read', scopes: ['audit:read'], scp: 'admin', roles: ['admin'] };
    expect([...scopesOf(claims, OWN_SCOPES)]).toEqual(['plugins:read', 'audit:read']);
  });
});

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { SCOPES } from '../../src/platform/http/scopes.js';
import { type Client, client } from '../support/http.js';
import { hs256, JWT_SECRET, unsigned } from '../support/jwt.js';
import { TestServer } from '../support/server.js';

interface Route {
  method: keyof Client;
  path: string;
  scope: string | undefined;
  isPublic: boolean;
}

const routes = readRoutes();
const closed = routes.filter(({ isPublic }) => !isPublic);
const title = '$method $path';
/** Without these a good request is refused, or never ends. */
const NEEDED_QUERY: Record<string, string> = {
  '/api/events': '?once=true',
  '/api/registry/search': '?q=plugin',
};

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { JWT_SECRET } });
});
afterAll(() => server.stop());

const send = (route: Route, token: string | undefined, headers = {}): Promise<{ status: number }> =>
  client(server.url, token, { skipNonJson: true })[route.method](
    route.path,
    route.method === 'get' ? undefined : {},
    headers,
  );

describe('every route of openapi.yaml', () => {
  it('is there', () => {
    expect(routes.length).toBeGreaterThan(20);
    expect(closed.every(({ scope, path }) => scope !== undefined || path.startsWith('/api/auth/'))).toBe(
      true,
    );
  });

  it.each(closed)(`refuses a caller without a token: ${title}`, async (route) => {
    expect((await send(route, undefined)).status).toBe(401);
  });

  it.each(closed)(`refuses bad tokens: ${title}`, async (route) => {
    const admin = { sub: 'admin', scope: 'admin' };
    const bad = {
      nonsense: 'x.y.z',
      expired: await hs256({ ...admin, exp: 1_000_000_000 }),
      foreign: await hs256(admin, 'another secret, just as long as ours is'),
      none: unsigned(admin),
      key: 'sk-bf-0000000000000000000000000000000000000000',
    };
    const answers = Object.entries(bad).map(async ([name, token]) => [
      name,
      (await send(route, token)).status,
    ]);
    expect(Object.fromEntries(await Promise.all(answers))).toEqual(
      Object.fromEntries(Object.keys(bad).map((name) => [name, 401])),
    );
  });

  it.each(closed.filter(({ scope }) => scope))(`refuses a key without its scope: ${title}`, async (route) => {
    const scopes = SCOPES.filter((scope) => scope !== route.scope && scope !== 'admin');
    expect((await send(route, await keyWith(scopes))).status).toBe(403);
  });

  it.each(closed.filter(({ method }) => method === 'get'))(
    `lets a key with just its scope in: ${title}`,
    async (route) => {
      const asked = { ...route, path: route.path + (NEEDED_QUERY[route.path] ?? '') };
      const { status } = await send(asked, await keyWith(route.scope ? [route.scope] : []));
      expect([200, 404]).toContain(status);
    },
  );

  it.each(routes.filter(({ isPublic }) => isPublic))(`is open where it says so: ${title}`, async (route) => {
    expect((await send(route, undefined)).status).toBe(200);
  });
});

const keys = new Map<string, Promise<string>>();

function keyWith(scopes: readonly string[]): Promise<string> {
  const name = `walk ${scopes.join(' ')}`.slice(0, 100);
  const known = keys.get(scopes.join());
  if (known) return known;
  const made = server
    .client()
    .post<{ key: string }>('/api/auth/virtual-keys', { name: `${name}${keys.size}`.slice(-100), scopes })
    .then(({ body }) => body.key);
  keys.set(scopes.join(), made);
  return made;
}

function readRoutes(): Route[] {
  const document = parse(readFileSync(new URL('../../../openapi.yaml', import.meta.url), 'utf8')) as {
    paths: Record<string, Record<string, { 'x-required-scope'?: string; 'x-public'?: boolean }>>;
  };
  return Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method as keyof Client,
      path: template.replace(/\{[^}]*\}/g, 'nothing-of-that-name'),
      scope: operation['x-required-scope'],
      isPublic: operation['x-public'] === true,
    })),
  );
}

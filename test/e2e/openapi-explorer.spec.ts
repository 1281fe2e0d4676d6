import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

it.each(['/openapi.yaml', '/openapi.json'])('serves the committed document at %s', async (path) => {
  const response = await fetch(server.url + path);
  expect(response.status).toBe(200);
  const committed = await readFile(new URL('../../../openapi.yaml', import.meta.url), 'utf8');
  expect(parse(await response.text())).toEqual(parse(committed));
});

it('builds the explorer from files of its own', async () => {
  const page = await (await fetch(`${server.url}/docs`)).text();
  const links = [...page.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map(([, link = '']) => link);
  const files = links.filter((link) => !link.startsWith('data:'));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const url = new URL(file, `${server.url}/docs`);
    expect(url.origin).toBe(server.url);
    expect([file, (await fetch(url)).status]).toEqual([file, 200]);
  }
});

it('lets the explorer load and send nothing elsewhere, and be framed nowhere', async () => {
  const policy = (await fetch(`${server.url}/docs`)).headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
});

it('gives the explorer what it shows, in the version that it renders fast', async () => {
  const script = await (await fetch(`${server.url}/docs/swagger-ui-init.js`)).text();
  expect(script).toContain('"openapi": "3.0.3"');
  expect(script).not.toContain('x-error-codes');
  expect(script.length).toBeLessThan(500_000);
});

it('says at each operation what a caller needs', async () => {
  const response = await fetch(`${server.url}/openapi.json`);
  const { paths, components, info } = (await response.json()) as {
    paths: Record<string, Record<string, { description: string; 'x-required-scope'?: string }>>;
    components: { securitySchemes: object };
    info: { description: string };
  };
  for (const { description, 'x-required-scope': scope } of Object.values(paths).flatMap(Object.values))
    expect(description).toMatch(
      scope === undefined ? /^\*\*(No|Any) token\.\*\*/ : `**Scope \`${scope}\`.**`,
    );
  expect(Object.keys(components.securitySchemes)).toEqual(['bearer']);
  expect(info.description).toContain('Bearer &lt;token>');
});

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

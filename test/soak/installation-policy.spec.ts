import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { answerer, InstallationWorld } from '../support/installation-world.js';

const YEAR = 365 * 24 * 60;

let world: InstallationWorld;
beforeAll(async () => {
  world = await InstallationWorld.open({
    POLICY_MIN_RELEASE_AGE: '60',
    POLICY_ALLOW: '@acme/*,plugin-*',
    POLICY_DENY: 'plugin-bad',
    POLICY_LICENSES: 'MIT,ISC',
    POLICY_REQUIRE_SIGNATURE: 'true',
    POLICY_MAX_FILES: '20',
  });
  const { registry } = world;
  registry.publishesKeys = true;
  registry.publish(answerer('1.0.0', { signed: true }));
  registry.publish(answerer('1.0.0', { name: 'other', signed: true }));
  registry.publish(answerer('1.0.0', { name: 'plugin-bad', signed: true }));
  registry.publish(answerer('1.0.0', { name: 'plugin-unsigned' }));
  registry.publish(
    answerer('1.0.0', {
      name: 'plugin-half-signed',
      signed: true,
      manifest: { dependencies: { 'plugin-unsigned': '1.0.0' } },
    }),
  );
  registry.publish(answerer('1.0.0', { name: 'plugin-new', signed: true, publishedAt: new Date() }));
  registry.publish(answerer('1.0.0', { name: 'plugin-gpl', signed: true, manifest: { license: 'GPL-3.0' } }));
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`${n}.txt`, String(n)]));
  registry.publish(answerer('1.0.0', { name: 'plugin-many', signed: true, files }));
  registry.publish(
    answerer('1.0.0', {
      name: 'plugin-leaning',
      signed: true,
      manifest: { dependencies: { 'plugin-bad': '1.0.0' } },
    }),
  );
});
afterAll(() => world.close());

it.each([
  ['other', 'POLICY_ALLOW'],
  ['plugin-bad', 'POLICY_DENY'],
  ['plugin-leaning', 'POLICY_DENY'],
  ['plugin-unsigned', 'POLICY_REQUIRE_SIGNATURE'],
  ['plugin-half-signed', 'POLICY_REQUIRE_SIGNATURE'],
  ['plugin-new', 'POLICY_MIN_RELEASE_AGE'],
  ['plugin-gpl', 'POLICY_LICENSES'],
])('refuses %s by %s, with nothing left, in the plan too', async (name, rule) => {
  for (const body of [{ name, dryRun: true }, { name }]) {
    const answer = await world.install(body);
    expect([answer.status, answer.body.error.code]).toEqual([422, 'policy_refused']);
    expect(answer.body.error.message).toContain(rule);
  }
  expect(await world.directories()).toEqual({ versions: [], unfinished: [] });
});

it('fetches no archive before the evidence that it asks for is there', async () => {
  await world.install({ name: 'plugin-unsigned' });
  expect(world.registry.requests.filter((path) => path.endsWith('.tgz'))).toEqual([]);
});

it('refuses what has too many files once it sees them', async () => {
  const answer = await world.install({ name: 'plugin-many' });
  expect([answer.status, await world.directories()]).toEqual([422, { versions: [], unfinished: [] }]);
  expect(answer.body.error.message).toContain('POLICY_MAX_FILES');
});

it('lets in what keeps all the rules, and shows the evidence', async () => {
  expect((await world.install({ name: '@acme/plugin-answerer' })).status).toBe(200);
  const { body } = await world.api.get<{ plugins: { trust: { age: number } }[] }>('/api/plugins/installed');
  expect(body).toMatchObject({
    plugins: [
      { trust: { signature: 'verified', provenance: 'absent', publishedAt: '2024-01-01T00:00:00.000Z' } },
    ],
  });
  expect(body.plugins[0]?.trust.age).toBeGreaterThan(YEAR);
});

it('shows the rules', async () => {
  expect((await world.api.get('/api/installation/policy')).body).toMatchObject({
    minReleaseAge: 60,
    allow: ['@acme/*', 'plugin-*'],
    deny: ['plugin-bad'],
    requireSignature: true,
    requireProvenance: false,
    maxFiles: 20,
    licenses: ['MIT', 'ISC'],
  });
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { InstallPlanDto } from '../../src/modules/installation/install-plan.dto.js';
import { answerer, InstallationWorld } from '../support/installation-world.js';
import type { Answer } from '../support/http.js';

const NAME = '@acme/plugin-answerer';
const BULK = '-/npm/v1/security/advisories/bulk';
const OLD_DEPENDENCY = {
  title: 'Prototype pollution',
  severity: 'high',
  url: 'https://advisories.example/1',
  vulnerable_versions: '<2',
};

let world: InstallationWorld;
beforeAll(async () => {
  world = await InstallationWorld.open();
  const { registry } = world;
  const scripts = { postinstall: 'touch ../ran' };
  registry.publish({ name: 'dep-scripted', version: '1.0.0', manifest: { scripts } });
  registry.publish({
    name: 'dep-old',
    version: '1.0.0',
    claims: { deprecated: 'Use dep-new.' },
    dist: { unpackedSize: 1_000, fileCount: 2 },
  });
  registry.publish({
    name: 'dep-picky',
    version: '1.0.0',
    manifest: { peerDependencies: { 'dep-old': '^9' } },
  });
  const elsewhere = process.platform === 'win32' ? 'linux' : 'win32';
  registry.publish({
    name: 'dep-elsewhere',
    version: '1.0.0',
    manifest: { os: [elsewhere] },
    dist: { unpackedSize: 77_000, fileCount: 7 },
  });
  registry.publish({
    name: 'dep-native',
    version: '1.0.0',
    manifest: { engines: { node: '>=99' } },
    claims: { gypfile: true },
  });
  registry.publish(answerer('1.0.0', { manifest: { dependencies: { 'dep-old': '1.0.0' } } }));
  const added = { LENGTH: { type: 'number', description: 'How long', required: false } };
  registry.publish(
    answerer('2.0.0', {
      publishedAt: new Date(Date.now() - 5 * 3_600_000),
      dist: { unpackedSize: 500, fileCount: 3 },
      manifest: {
        dependencies: { 'dep-scripted': '1', 'dep-old': '1', 'dep-picky': '1', 'dep-native': '1' },
        optionalDependencies: { 'dep-elsewhere': '1' },
        agentConfig: {
          pluginParameters: { ...added, TONE: { type: 'string', description: 'Otherwise', required: true } },
        },
      },
    }),
  );
});
afterAll(() => world.close());

function plan(body: object = {}): Promise<Answer<InstallPlanDto>> {
  return world.api.post<InstallPlanDto>('/api/plugins/install', { name: NAME, dryRun: true, ...body });
}

it('tells sizes of all that would be fetched, and what is not known of them', async () => {
  const { status, body } = await plan();
  expect(status).toBe(200);
  expect(body.unpackedSize).toBe(500);
  expect(body.total).toEqual({ packages: 5, unpackedSize: 1_500, files: 5, unknown: 3 });
  const sizes = body.dependencies.map(({ name, unpackedSize, fileCount, otherPlatform }) => [
    ...[name, unpackedSize, fileCount, otherPlatform],
  ]);
  expect(sizes.sort()).toEqual([
    ['@acme/plugin-answerer', 500, 3, false],
    ['dep-elsewhere', 77_000, 7, true],
    ['dep-native', null, null, false],
    ['dep-old', 1_000, 2, false],
    ['dep-picky', null, null, false],
    ['dep-scripted', null, null, false],
  ]);
});

it('tells scripts that will not run, those of dependencies too', async () => {
  const { body } = await plan();
  const scripts = [
    { package: 'dep-native@1.0.0', script: 'install', command: 'node-gyp rebuild' },
    { package: 'dep-scripted@1.0.0', script: 'postinstall', command: 'touch ../ran' },
  ];
  expect(body.scripts).toEqual(scripts);
  expect(body.trust.scripts).toEqual(scripts);
});

it('warns of what there is to know', async () => {
  const { body } = await plan();
  expect(body.warnings).toEqual([
    { code: 'deprecated', package: 'dep-old@1.0.0', message: 'Use dep-new.' },
    {
      code: 'signature',
      package: '@acme/plugin-answerer@2.0.0',
      message: 'Its registry signature is "unsigned".',
    },
    {
      code: 'signature',
      package: '@acme/plugin-answerer@2.0.0',
      message: 'Of its dependencies 0 are verified; 5 unsigned.',
    },
    { code: 'provenance', package: '@acme/plugin-answerer@2.0.0', message: 'Its provenance is "absent".' },
    {
      code: 'young_release',
      package: '@acme/plugin-answerer@2.0.0',
      message: 'It was published 5 hours ago.',
    },
    { code: 'peer', package: 'dep-picky@1.0.0', message: 'It asks for dep-old ^9, and gets 1.0.0.' },
    {
      code: 'native_addon',
      package: 'dep-native@1.0.0',
      message: 'It has native code, which plugins cannot load.',
    },
    {
      code: 'engine',
      package: 'dep-native@1.0.0',
      message: `It asks for Node >=99; this is ${process.version}.`,
    },
    {
      code: 'install_script',
      package: 'dep-native@1.0.0',
      message: 'Its install script will not run: node-gyp rebuild',
    },
    {
      code: 'install_script',
      package: 'dep-scripted@1.0.0',
      message: 'Its postinstall script will not run: touch ../ran',
    },
    {
      code: 'size_unknown',
      package: '@acme/plugin-answerer@2.0.0',
      message: 'The registry does not tell the size of 3 of 5 packages.',
    },
  ]);
});

it('tells what would change where nothing is installed', async () => {
  const { body } = await plan({ version: '1.0.0' });
  expect(body.change).toEqual({
    kind: 'install',
    from: null,
    to: '1.0.0',
    restarts: false,
    parameters: { added: ['TONE', 'ANSWER_TOKEN'], removed: [], changed: [] },
    packages: { added: ['@acme/plugin-answerer@1.0.0', 'dep-old@1.0.0'], removed: [] },
  });
});

it('tells advisories from none, and none from not known', async () => {
  const { registry } = world;
  expect((await plan()).body.trust.advisories).toBeNull();
  registry.advisories = {};
  expect((await plan()).body.trust.advisories).toEqual([]);
  expect(registry.askedAdvisories.at(-1)).toMatchObject({ 'dep-old': ['1.0.0'], [NAME]: ['2.0.0'] });
  registry.advisories = { 'dep-old': [OLD_DEPENDENCY] };
  const { body } = await plan();
  expect(body.trust.advisories).toMatchObject([{ package: 'dep-old@1.0.0', severity: 'high' }]);
  expect(body.warnings[0]).toEqual({
    code: 'advisory',
    package: 'dep-old@1.0.0',
    message: 'high: Prototype pollution (https://advisories.example/1)',
  });
});

it('keeps advisories with the version, and tells what an update would change', async () => {
  world.registry.advisories = { 'dep-old': [OLD_DEPENDENCY] };
  expect((await world.install({ name: NAME, version: '1.0.0' })).status).toBe(200);
  const { body: installed } = await world.api.get('/api/plugins/installed');
  expect(installed).toMatchObject({ plugins: [{ trust: { advisories: [{ package: 'dep-old@1.0.0' }] } }] });

  const { body } = await plan();
  expect(body.installedVersion).toBe('1.0.0');
  expect(body.change).toMatchObject({
    kind: 'update',
    from: '1.0.0',
    to: '2.0.0',
    restarts: true,
    parameters: { added: ['LENGTH'], removed: ['ANSWER_TOKEN'], changed: ['TONE'] },
    packages: { removed: ['@acme/plugin-answerer@1.0.0'] },
  });
  expect(body.change.packages.added).not.toContain('dep-old@1.0.0');
  expect((await plan({ enable: false })).body.change.restarts).toBe(false);
  expect((await plan({ version: '1.0.0' })).body.change.kind).toBe('reinstall');
});

it('fetches no archive for it', async () => {
  const asked = world.registry.requests.length;
  await plan();
  const since = world.registry.requests.slice(asked);
  expect(since).toContain(BULK);
  expect(since.filter((path) => path.endsWith('.tgz'))).toEqual([]);
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { access, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changedSince } from '../../src/modules/installation/packages/tree-digest.js';
import type { BuildProgress } from '../../src/modules/installation/packages/build-progress.js';
import { type PackageWorld, packageWorld } from '../support/package-world.js';

describe('building a package', () => {
  let world: PackageWorld;

  beforeAll(async () => {
    world = await packageWorld();
    world.registry
      .publish({ name: 'left', version: '1.0.0', files: { 'index.js': 'export default 1;' } })
      .publish({ name: 'peer', version: '2.3.4' })
      .publish({
        name: '@scope/plugin',
        version: '1.2.3',
        files: { 'index.js': 'export * from "left";', 'bin.js': '#!/usr/bin/env node\n' },
        manifest: { dependencies: { left: '^1.0.0' }, peerDependencies: { peer: '*' }, bin: './bin.js' },
      });
  });
  afterAll(() => world.close());

  it('plans the whole closure and builds it, with nothing left beside', async () => {
    const progress: BuildProgress[] = [];
    const onProgress = (one: BuildProgress): void => void progress.push(one);
    const plan = await world.builder.plan('@scope/plugin', '1.2.3', { onProgress });
    expect(plan.closure.map(({ name, version }) => `${name}@${version}`).sort()).toEqual([
      '@scope/plugin@1.2.3',
      'left@1.0.0',
      'peer@2.3.4',
    ]);
    expect(plan.closure.every(({ integrity }) => integrity.startsWith('sha512-'))).toBe(true);

    const directory = world.directory('first');
    const built = await world.builder.build(plan, directory, { onProgress });
    const live = world.directory('live');
    await rename(directory, live);
    const manifest = JSON.parse(await readFile(join(live, built.packageDir, 'package.json'), 'utf8'));
    expect(manifest.version).toBe('1.2.3');
    await access(join(live, built.packageDir, '../../left/index.js'));
    expect(await changedSince(live, built.treeDigest)).toBeNull();
    expect(built.scripts).toEqual([]);
    expect(built.files).toBeGreaterThan(5);
    expect((await stat(join(live, built.packageDir, 'package.json'))).mode & 0o777).toBe(0o644);
    expect(new Set(progress.map(({ phase }) => phase))).toEqual(
      new Set(['resolving', 'downloading', 'extracting']),
    );
    expect(progress.at(-1)).toEqual({ phase: 'extracting', percentage: 100 });
    expect(await readdir(join(world.folder, 'unfinished'))).toEqual([]);
  });

  it('builds the same in one go as step by step, and tells the closure before all is in its place', async () => {
    const seen: string[] = [];
    const what = { name: '@scope/plugin', version: '1.2.3' };
    const { plan, built } = await world.builderWith({}).planAndBuild(what, world.directory('one-go'), {
      onResolved: (closure) => seen.push(closure.map(({ name }) => name).join()),
      onProgress: ({ phase }) => seen.at(-1) === phase || seen.push(phase),
    });
    const stepwise = world.builderWith({});
    const planned = await stepwise.plan('@scope/plugin', '1.2.3');
    expect(plan).toEqual(planned);
    expect(built).toEqual(await stepwise.build(planned, world.directory('steps')));
    const known = seen.filter((one) => one !== 'downloading');
    expect(known).toEqual(['resolving', '@scope/plugin,left,peer', 'extracting']);
  });

  it('fetches nothing of a dependency that the policy denies, under whatever name', async () => {
    const { registry } = world;
    registry
      .publish({ name: 'evil', version: '1.0.0' })
      .publish({ name: 'leans', version: '1.0.0', manifest: { dependencies: { evil: '1' } } })
      .publish({ name: 'hides', version: '1.0.0', manifest: { dependencies: { good: 'npm:evil@1' } } })
      .publish({ name: 'peers', version: '1.0.0', manifest: { peerDependencies: { evil: '*' } } });
    for (const name of ['leans', 'hides', 'peers']) {
      const directory = world.directory(`denied-${name}`);
      const onResolved = (): void => undefined;
      await expect(
        world
          .builderWith({ POLICY_DENY: ['ev*'] })
          .planAndBuild({ name, version: '1.0.0' }, directory, { onResolved }),
      ).rejects.toMatchObject({ status: 422, code: 'policy_refused', message: /POLICY_DENY.*"evil"/ });
      await expect(access(directory)).rejects.toMatchObject({ code: 'ENOENT' });
    }
    expect(registry.requests.filter((path) => path.includes('evil') && path.endsWith('.tgz'))).toEqual([]);
  });

  it('lets in what only names such a one as an optional peer', async () => {
    const manifest = { peerDependencies: { evil: '*' }, peerDependenciesMeta: { evil: { optional: true } } };
    world.registry.publish({ name: 'tolerant', version: '1.0.0', manifest });
    const plan = await world.builderWith({ POLICY_DENY: ['evil'] }).plan('tolerant', '1.0.0');
    expect(plan.closure.map(({ name }) => name)).toEqual(['tolerant']);
  });

  it('clears its store once a week of what no version shares with it, also while others are built', async () => {
    world.registry.publish({ name: 'lone', version: '1.0.0', files: { 'alone.js': 'export default 7;' } });
    const shared = world.builderWith({}, { copies: false });
    const [kept, gone] = [world.directory('kept'), world.directory('gone')];
    await shared.build(await shared.plan('left', '1.0.0'), kept);
    await shared.build(await shared.plan('lone', '1.0.0'), gone);
    const stored = async (): Promise<number> =>
      (await readdir(join(world.folder, 'store'), { recursive: true, withFileTypes: true })).filter((one) =>
        one.isFile(),
      ).length;
    const before = await stored();
    await rm(gone, { recursive: true });
    await shared.pruneStore();
    expect(await stored()).toBe(before);
    const plan = await shared.plan('lone', '1.0.0');
    const [, , rebuilt] = await Promise.all([
      shared.build(plan, world.directory('beside')),
      shared.pruneStore(Date.now() + 8 * 86_400_000),
      shared.build(plan, world.directory('after')),
    ]);
    expect(rebuilt.files).toBeGreaterThan(0);
    for (const name of ['beside', 'after']) await rm(world.directory(name), { recursive: true });
    await rm(join(world.folder, 'store-pruned-at'));
    await shared.pruneStore(Date.now() + 8 * 86_400_000);
    expect(await stored()).toBeLessThan(before);
    await access(join(kept, 'node_modules', 'left', 'index.js'));
  });

  it('shares bytes with the store only where a guest could not write to them', async () => {
    const plan = await world.builder.plan('@scope/plugin', '1.2.3');
    const linksOf = async (copies: boolean): Promise<number> => {
      const directory = world.directory(`copies-${copies}`);
      const { packageDir } = await world.builderWith({}, { copies }).build(plan, directory);
      return (await stat(join(directory, packageDir, 'index.js'))).nlink;
    };
    expect(await linksOf(true)).toBe(1);
    expect(await linksOf(false)).toBeGreaterThan(1);
  });

  it('repairs its store when a file of it was changed', async () => {
    const plan = await world.builder.plan('left', '1.0.0');
    const first = await world.builder.build(plan, world.directory('before'));
    await writeFile(join(world.directory('before'), first.packageDir, 'index.js'), 'export default 666;');
    const second = await world.builder.build(plan, world.directory('after'));
    expect(second.treeDigest).toBe(first.treeDigest);
    expect(await readFile(join(world.directory('after'), second.packageDir, 'index.js'), 'utf8')).toBe(
      'export default 1;',
    );
    expect(await changedSince(world.directory('before'), first.treeDigest)).toHaveLength(1);
  });

  it('finds what was published after it last looked', async () => {
    world.registry.publish({ name: 'moving', version: '1.0.0' });
    await world.builder.plan('moving', '1.0.0');
    world.registry
      .publish({ name: 'moving', version: '2.0.0' })
      .publish({ name: 'mover', version: '1.0.0', manifest: { dependencies: { moving: '^2.0.0' } } });
    const plan = await world.builder.plan('mover', '1.0.0');
    expect(plan.closure.map(({ name, version }) => `${name}@${version}`).sort()).toEqual([
      'mover@1.0.0',
      'moving@2.0.0',
    ]);
  });

  it('builds side by side', async () => {
    world.registry.publish({
      name: 'beside',
      version: '1.0.0',
      manifest: { dependencies: { left: '1.0.0' } },
    });
    const both = ['beside', '@scope/plugin'].map(async (name, at) => {
      const plan = await world.builder.plan(name, at === 0 ? '1.0.0' : '1.2.3');
      return world.builder.build(plan, world.directory(`side-${at}`));
    });
    for (const { packageDir } of await Promise.all(both)) expect(packageDir).toMatch(/node_modules/);
  });

  it('builds the same tree from the recorded lockfile on an empty disk, though newer versions are out', async () => {
    const plan = await world.builder.plan('@scope/plugin', '1.2.3');
    const first = await world.builder.build(plan, world.directory('again'));
    world.registry.publish({ name: 'left', version: '1.9.0' });
    const other = await packageWorld();
    const rebuilt = await world
      .builderWith({}, { copies: true })
      .buildFromLockfile(plan, join(other.folder, 'npm', 'rebuilt'));
    await other.close();
    expect(rebuilt.treeDigest).toBe(first.treeDigest);
  });
});

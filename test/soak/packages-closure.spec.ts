import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpOrigin } from '../support/origin.js';
import { type PackageWorld, packageWorld } from '../support/package-world.js';

describe('where dependencies may come from', () => {
  let world: PackageWorld;

  beforeAll(async () => {
    world = await packageWorld();
    world.registry.publish({ name: 'good', version: '1.0.0' });
  });
  afterAll(() => world.close());

  it('refuses git and URLs, however deep, and calls neither', async () => {
    const calls: string[] = [];
    const elsewhere = await httpOrigin((request, response) => {
      calls.push(request.url ?? '');
      response.end();
    });
    const { port } = elsewhere;
    const deep = (name: string, dependencies: Record<string, string>): void => {
      world.registry
        .publish({ name, version: '1.0.0', manifest: { dependencies } })
        .publish({ name: `${name}-deep`, version: '1.0.0', manifest: { dependencies: { [name]: '1.0.0' } } });
    };
    deep('from-git', { evil: `git+http://127.0.0.1:${port}/evil.git` });
    deep('from-url', { evil: `http://127.0.0.1:${port}/evil.tgz` });
    for (const name of ['from-git', 'from-url', 'from-git-deep', 'from-url-deep'])
      await expect(world.builder.plan(name, '1.0.0')).rejects.toMatchObject({
        status: 422,
        code: 'package_refused',
        message: /"evil" from/,
      });
    await elsewhere.close();
    expect(calls).toEqual([]);
  });

  it('takes an alias of another registry package, and an old name with capitals', async () => {
    world.registry.publish({ name: 'JSONStream', version: '1.0.0' }).publish({
      name: 'aliased',
      version: '1.0.0',
      manifest: { dependencies: { other: 'npm:good@1.0.0', JSONStream: '1' } },
    });
    const plan = await world.builder.plan('aliased', '1.0.0');
    const built = await world.builder.build(plan, world.directory('aliased'));
    expect(plan.closure.map(({ name }) => name).sort()).toEqual(['JSONStream', 'aliased', 'good']);
    expect(built.packageDir).toContain('aliased');
  });

  it('refuses a dependency that differs from another in case alone', async () => {
    world.registry.publish({ name: 'jsonstream', version: '1.0.0' }).publish({
      name: 'twins',
      version: '1.0.0',
      manifest: { dependencies: { jsonstream: '1', JSONStream: '1' } },
    });
    await expect(world.builder.plan('twins', '1.0.0')).rejects.toMatchObject({
      code: 'package_refused',
      message: /case/,
    });
  });

  it('refuses a lockfile that was changed to lead elsewhere', async () => {
    world.registry.publish({
      name: 'plain',
      version: '1.0.0',
      manifest: { dependencies: { good: '1.0.0' } },
    });
    const plan = await world.builder.plan('plain', '1.0.0');
    const changed = [
      plan.lockfile.replace(
        /resolution: \{integrity: [^}]*\}/,
        'resolution: {tarball: http://127.0.0.1:1/x.tgz}',
      ),
      plan.lockfile.replace(
        /resolution: \{integrity: [^}]*\}/,
        'resolution: {directory: /etc, type: directory}',
      ),
      plan.lockfile.replaceAll('good@1.0.0', 'good@file:../evil'),
      plan.lockfile.replaceAll('plain@1.0.0', 'good@1.0.0'),
      'no: lockfile',
      '{{{',
    ];
    for (const lockfile of changed)
      await expect(
        world.builder.buildFromLockfile({ name: 'plain', version: '1.0.0', lockfile }, world.directory('no')),
      ).rejects.toMatchObject({ code: 'package_refused' });
  });

  it('says which dependency the registry lacks', async () => {
    world.registry.publish({
      name: 'lacking',
      version: '1.0.0',
      manifest: { dependencies: { 'not-there': '1' } },
    });
    await expect(world.builder.plan('lacking', '1.0.0')).rejects.toMatchObject({
      status: 422,
      code: 'package_refused',
      message: /not-there/,
    });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { join } from 'node:path';
import { readNpmConfig } from '../../src/modules/installation/packages/npm-config.js';
import { PackageBuilder } from '../../src/modules/installation/packages/package-builder.js';
import { type Origin, httpOrigin } from '../support/origin.js';
import { NO_POLICY, type PackageWorld, packageWorld } from '../support/package-world.js';
import { tarball } from '../support/tar.js';

const REFUSED = { status: 422, code: 'destination_refused', message: /add ".+" to OUTBOUND_ALLOW/ };

describe('what a registry names', () => {
  let world: PackageWorld;
  let internal: Origin;
  let asked: string[];
  let count = 0;

  beforeAll(async () => {
    world = await packageWorld();
    internal = await httpOrigin((request, response) => {
      asked.push(request.url ?? '');
      response.end(archiveOf((request.url ?? '').slice(1)));
    });
  });
  beforeEach(() => void (asked = []));
  afterAll(async () => {
    await world.close();
    await internal.close();
  });

  /** What is fetched could be installed: nothing but the guard keeps it out. */
  const archiveOf = (name: string): Buffer =>
    tarball([{ path: 'package/package.json', content: JSON.stringify({ name, version: '1.0.0' }) }]);
  const publish = (tarballOf: (name: string) => string, manifest = {}): string => {
    const name = `far-${count++}`;
    const dist = { tarball: tarballOf(name) };
    world.registry.publish({ name, version: '1.0.0', archive: archiveOf(name), dist, manifest });
    return name;
  };
  const build = (name: string, builder: PackageBuilder = world.builder): Promise<unknown> =>
    builder.planAndBuild({ name, version: '1.0.0' }, world.directory(`${name}-${count++}`), {
      onResolved: () => undefined,
    });

  it.each<[string, (name: string) => string]>([
    ['this machine', (name) => `http://127.0.0.1:${internal.port}/${name}`],
    ['this machine by name', (name) => `http://localhost:${internal.port}/${name}`],
    ['this machine, written otherwise', (name) => `http://2130706433:${internal.port}/${name}`],
    ['this machine in IPv6', (name) => `http://[::ffff:127.0.0.1]:${internal.port}/${name}`],
    ['the metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data'],
    ['a private network, over TLS', () => 'https://10.0.0.1/x.tgz'],
  ])('is not fetched from %s', async (_what, tarballOf) => {
    await expect(build(publish(tarballOf))).rejects.toMatchObject(REFUSED);
    expect(asked).toEqual([]);
  });

  it('is not fetched for a dependency either, nor with a plan made before', async () => {
    const dependency = publish((name) => `http://127.0.0.1:${internal.port}/${name}`);
    world.registry.publish({
      name: 'near',
      version: '1.0.0',
      manifest: { dependencies: { [dependency]: '1.0.0' } },
    });
    const plan = await world.builder.plan('near', '1.0.0');
    await expect(world.builder.build(plan, world.directory('near'))).rejects.toMatchObject(REFUSED);
    expect(asked).toEqual([]);
  });

  it('is not fetched where the registry redirects to', async () => {
    const name = publish((own) => `${world.registry.url}${own}/-/${own}-1.0.0.tgz`);
    world.registry.interfere = (_request, response, path) => {
      if (!path.endsWith('.tgz')) return false;
      response.writeHead(302, { location: `http://127.0.0.1:${internal.port}/${name}` }).end();
      return true;
    };
    await expect(build(name)).rejects.toMatchObject(REFUSED);
    world.registry.interfere = () => false;
    expect(asked).toEqual([]);
  });

  it('is fetched from what OUTBOUND_ALLOW lists', async () => {
    const builder = world.builderWith({}, { outboundAllow: ['localhost'] });
    const name = publish((own) => `http://localhost:${internal.port}/${own}`);
    expect(await build(name, builder)).toMatchObject({ built: { files: expect.any(Number) } });
    expect(asked).toEqual([`/${name}`]);
  });

  it('is not fetched from a private address through a proxy, which may be private itself', async () => {
    const proxied: string[] = [];
    const proxy = await httpOrigin((incoming, response) => {
      proxied.push(incoming.url ?? '');
      const outgoing = request(incoming.url ?? '', { headers: incoming.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      outgoing.end();
    });
    const folder = join(world.folder, '..');
    const environment = { HOME: folder, PATH: '/usr/bin:/bin', HTTP_PROXY: proxy.url };
    const builder = new PackageBuilder({
      folder: world.folder,
      npm: await readNpmConfig({ NPM_REGISTRY: world.registry.url }, folder, { env: environment }),
      policy: NO_POLICY,
      outboundAllow: [],
      timeoutMs: 20_000,
      guestsShareOurUser: false,
    });
    const near = publish((own) => `${world.registry.url}${own}/-/${own}-1.0.0.tgz`);
    const far = publish((own) => `http://127.0.0.1:${internal.port}/${own}`);
    const local = publish((own) => `http://localhost:${internal.port}/${own}`);
    await build(near, builder);
    expect(proxied.some((url) => url.endsWith('.tgz'))).toBe(true);
    for (const name of [far, local]) await expect(build(name, builder)).rejects.toMatchObject(REFUSED);
    await proxy.close();
    expect(asked).toEqual([]);
    expect(proxied.filter((url) => !url.startsWith(world.registry.url))).toEqual([]);
  });
});

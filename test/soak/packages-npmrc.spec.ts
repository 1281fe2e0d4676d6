import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NpmConfig, readNpmConfig } from '../../src/modules/installation/packages/npm-config.js';
import { PackageBuilder } from '../../src/modules/installation/packages/package-builder.js';
import { PackageRegistryClient } from '../../src/modules/installation/packages/package-registry.client.js';
import { RegistryTransport } from '../../src/modules/installation/packages/registry-transport.client.js';
import { NO_POLICY } from '../support/package-world.js';
import { TestRegistry } from '../support/registry.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe("npm's configuration, as the package manager gets it", () => {
  let open: TestRegistry;
  let closed: TestRegistry;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const tokens: (string | undefined)[] = [];

  beforeAll(async () => {
    [open, closed, folder] = await Promise.all([
      TestRegistry.start(),
      TestRegistry.start(),
      temporaryFolder(),
    ]);
    open.publish({ name: 'public', version: '1.0.0' });
    closed.publish({ name: '@corp/p', version: '1.0.0', manifest: { dependencies: { public: '1.0.0' } } });
    closed.interfere = (request, response) => {
      tokens.push(request.headers.authorization);
      if (request.headers.authorization === 'Bearer s3cret') return false;
      response.writeHead(401).end('{}');
      return true;
    };
    const host = new URL(closed.url).host;
    const npmrc = `registry=${open.url}\n@corp:registry=${closed.url}\n//${host}/:_authToken=\${CORP_TOKEN}\nproxy=null`;
    await writeFile(join(folder.path, 'company.npmrc'), npmrc);
    await mkdir(join(folder.path, 'packages'));
  });
  afterAll(async () => {
    await Promise.all([open.close(), closed.close(), folder.remove()]);
  });

  const config = (env: NodeJS.ProcessEnv): Promise<NpmConfig> =>
    readNpmConfig({ NPM_REGISTRY: '' }, packages(), {
      env: { HOME: folder.path, NPM_CONFIG_USERCONFIG: join(folder.path, 'company.npmrc'), ...env },
      cwd: folder.path,
    });
  const packages = (): string => join(folder.path, 'packages');
  const builderWith = (npm: NpmConfig): PackageBuilder =>
    new PackageBuilder({
      ...{ folder: packages(), npm, policy: NO_POLICY, timeoutMs: 20_000 },
      ...{ outboundAllow: [], guestsShareOurUser: false },
    });

  it('gives registry, scopes and tokens, to our requests and to the package manager', async () => {
    const npm = await config({ CORP_TOKEN: 's3cret', OTHER_SECRET: 'hidden' });
    expect(npm.registry).toBe(open.url);
    expect(npm.environment).not.toHaveProperty('OTHER_SECRET');
    const found = await new PackageRegistryClient(new RegistryTransport(npm)).resolve('@corp/p');
    expect(found.version).toBe('1.0.0');
    const builder = builderWith(npm);
    const plan = await builder.plan('@corp/p', '1.0.0');
    await builder.build(plan, join(folder.path, 'packages/npm/p'));
    expect(new Set(tokens)).toEqual(new Set(['Bearer s3cret']));
    expect(plan.lockfile).not.toContain('s3cret');
  });

  it('says which credential of a dependency is missing where the package manager is refused', async () => {
    open.publish({ name: 'wants-closed', version: '1.0.0', manifest: { dependencies: { '@corp/q': '1' } } });
    const builder = builderWith(await config({ CORP_TOKEN: '' }));
    await expect(builder.plan('wants-closed', '1.0.0')).rejects.toMatchObject({
      code: 'registry_unreachable',
      message: /@corp.*_authToken.*CORP_TOKEN.*has no value/,
    });
  });
});

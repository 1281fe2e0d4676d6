import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpmConfig } from '../../src/modules/installation/packages/npm-config.js';
import { PackageBuilder } from '../../src/modules/installation/packages/package-builder.js';
import { PackageRegistryClient } from '../../src/modules/installation/packages/package-registry.client.js';
import { RegistryTransport } from '../../src/modules/installation/packages/registry-transport.client.js';
import { NO_POLICY } from '../support/package-world.js';
import { TestRegistry } from '../support/registry.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe("the user's npmrc", () => {
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
    const npmrc = `registry=${open.url}\n@corp:registry=${closed.url}\n//${host}/:_authToken=\${CORP_TOKEN}\n`;
    await writeFile(join(folder.path, '.npmrc'), npmrc);
    await mkdir(join(folder.path, 'packages'));
  });
  afterAll(async () => {
    await Promise.all([open.close(), closed.close(), folder.remove()]);
  });

  const config = (registry: string, env: NodeJS.ProcessEnv): ReturnType<typeof readNpmConfig> =>
    readNpmConfig({ NPM_REGISTRY: registry }, folder.path, { HOME: folder.path, ...env });

  it('gives registry, scopes and tokens, to our requests and to the package manager', async () => {
    const npm = await config('', { CORP_TOKEN: 's3cret', OTHER_SECRET: 'hidden' });
    expect(npm.registry).toBe(open.url);
    expect(npm.environment).not.toHaveProperty('OTHER_SECRET');
    const found = await new PackageRegistryClient(new RegistryTransport(npm)).resolve('@corp/p');
    expect(found.version).toBe('1.0.0');
    const builder = new PackageBuilder({
      folder: join(folder.path, 'packages'),
      npm,
      policy: NO_POLICY,
      outboundAllow: [],
      timeoutMs: 20_000,
      guestsShareOurUser: false,
    });
    const plan = await builder.plan('@corp/p', '1.0.0');
    await builder.build(plan, join(folder.path, 'packages/npm/p'));
    expect(new Set(tokens)).toEqual(new Set(['Bearer s3cret']));
    expect(plan.lockfile).not.toContain('s3cret');
  });

  it('says that a registry refuses us', async () => {
    const client = new PackageRegistryClient(
      new RegistryTransport(await config('', { CORP_TOKEN: 'wrong' })),
    );
    await expect(client.resolve('@corp/p')).rejects.toMatchObject({
      code: 'registry_unreachable',
      message: /refuses us \(401\).*npmrc/,
    });
  });

  it('is overridden by NPM_REGISTRY, and has a registry of its own without any file', async () => {
    expect((await config('http://127.0.0.1:9', {})).registry).toBe('http://127.0.0.1:9/');
    const bare = await readNpmConfig({ NPM_REGISTRY: '' }, folder.path, {
      HOME: join(folder.path, 'packages'),
    });
    expect(bare.registry).toMatch(/^https:\/\/.+\/$/);
  });

  it('honours the variables that npm sets', async () => {
    expect((await config('', { npm_config_registry: 'http://127.0.0.1:8/' })).registry).toBe(
      'http://127.0.0.1:8/',
    );
  });
});

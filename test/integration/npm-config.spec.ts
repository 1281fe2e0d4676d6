import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NpmConfig, readNpmConfig } from '../../src/modules/installation/packages/npm-config.js';
import { PackageRegistryClient } from '../../src/modules/installation/packages/package-registry.client.js';
import { RegistryTransport } from '../../src/modules/installation/packages/registry-transport.client.js';
import { TestRegistry } from '../support/registry.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe("npm's configuration", () => {
  let closed: TestRegistry;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let home: string;
  let project: string;
  let prefix: string;
  let auth: string;

  beforeAll(async () => {
    [closed, folder] = await Promise.all([TestRegistry.start(), temporaryFolder()]);
    closed.publish({ name: '@corp/p', version: '1.0.0' });
    closed.interfere = (request, response) => {
      if (request.headers.authorization === 'Bearer s3cret') return false;
      response.writeHead(401).end('{}');
      return true;
    };
    auth = `//${new URL(closed.url).host}/:_authToken`;
    [home, project, prefix] = ['home', 'project', 'prefix'].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
  });
  afterEach(async () => {
    for (const place of [home, project, prefix]) await rm(place, { recursive: true, force: true });
  });
  afterAll(async () => {
    await Promise.all([closed.close(), folder.remove()]);
  });

  const write = async (path: string, ...lines: string[]): Promise<string> => {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, lines.join('\n'));
    return path;
  };
  const read = async (env: NodeJS.ProcessEnv = {}, NPM_REGISTRY = ''): Promise<NpmConfig> => {
    await mkdir(project, { recursive: true });
    await mkdir(join(folder.path, 'packages'), { recursive: true });
    await writeFile(join(project, 'package.json'), '{}');
    const at = { env: { HOME: home, PREFIX: prefix, ...env }, cwd: project };
    return readNpmConfig({ NPM_REGISTRY }, join(folder.path, 'packages'), at);
  };
  const find = (npm: NpmConfig): Promise<unknown> =>
    new PackageRegistryClient(new RegistryTransport(npm)).resolve('@corp/p');

  it.each(['NPM_CONFIG_USERCONFIG', 'npm_config_userconfig', 'Npm_Config_UserConfig'])(
    'reads the file that %s names, and its variables',
    async (name) => {
      const file = await write(join(home, 'other'), `@corp:registry=${closed.url}`, `${auth}=\${TOKEN}`);
      const npm = await read({ [name]: file, TOKEN: 's3cret', OTHER_SECRET: 'hidden' });
      await expect(find(npm)).resolves.toMatchObject({ version: '1.0.0' });
      expect(Object.values(npm.environment)).not.toContain('hidden');
    },
  );

  it('lets the environment go before the project, the project before the user, the user before all users', async () => {
    await write(
      join(prefix, 'etc/npmrc'),
      ...['a', 'b', 'c'].map((scope) => `@${scope}:registry=http://global/`),
    );
    await write(
      join(home, '.npmrc'),
      '@b:registry=http://user/',
      '@c:registry=http://user/',
      '@d:registry=http://user/',
    );
    await write(join(project, '.npmrc'), '@c:registry=http://project/', '@d:registry=http://project/');
    const npm = await read({
      'NPM_CONFIG_@D:REGISTRY': 'http://environment/',
      NPM_CONFIG_STRICT_SSL: 'false',
    });
    const transport = new RegistryTransport(npm);
    expect(['@a/x', '@b/x', '@c/x', '@d/x'].map((name) => transport.registryOf(name))).toEqual([
      'http://global/',
      'http://user/',
      'http://project/',
      'http://environment/',
    ]);
    expect(npm.fetchOptions['strictSSL']).toBe(false);
  });

  it('takes an empty variable for none, and an optional one that is not set for empty', async () => {
    await write(
      join(home, '.npmrc'),
      'registry=http://user/',
      '@corp:registry=${NOTHING?}',
      `${auth}=\${NOTHING?}`,
    );
    const npm = await read({ NPM_CONFIG_REGISTRY: '', NPM_CONFIG_USERCONFIG: '' });
    expect(npm.registry).toBe('http://user/');
    expect(new RegistryTransport(npm).registryOf('@corp/p')).toBe('http://user/');
  });

  it('does without files, and is overridden by NPM_REGISTRY', async () => {
    expect((await read()).registry).toMatch(/^https:\/\/.+\/$/);
    expect((await read({ HOME: '/dev/null' })).registry).toMatch(/^https:\/\/.+\/$/);
    await write(join(home, '.npmrc'), 'registry=${NOT_SET}');
    expect((await read({}, 'http://127.0.0.1:9')).registry).toBe('http://127.0.0.1:9/');
  });

  it('refuses a file that cannot be read, and names it', async () => {
    await mkdir(join(home, '.npmrc'), { recursive: true });
    await expect(read()).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringMatching(/home\/\.npmrc.*EISDIR/),
    });
  });

  it.each([
    ['registry=http://${NOT_SET}/', 'registry'],
    ['@corp:registry=${NOT_SET}', '@corp:registry'],
    ['https-proxy=http://u:s3cret@${NOT_SET}:1', 'https-proxy'],
  ])('refuses an address with a variable that has no value: %s', async (line, key) => {
    await write(join(home, '.npmrc'), line);
    const error = await read().catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: 'install_failed' });
    const { message } = error as Error;
    for (const part of [join(home, '.npmrc'), 'NOT_SET', key]) expect(message).toContain(part);
    expect(message).not.toContain('s3cret');
  });

  it.each(['registry=registry.corp.example', '@corp:registry=ftp://corp.example/'])(
    'refuses an address that is none, where npm would ask the public registry or nobody: %s',
    async (line) => {
      const file = await write(join(home, '.npmrc'), line);
      await expect(read()).rejects.toMatchObject({
        code: 'install_failed',
        message: expect.stringContaining(file),
      });
    },
  );

  it('refuses credentials that belong to no registry, as npm does', async () => {
    const file = await write(join(home, '.npmrc'), '_authToken=s3cret');
    const error = await read().catch((caught: unknown) => caught as Error);
    expect((error as Error).message).toMatch(new RegExp(`_authToken.*${file}`, 's'));
    expect((error as Error).message).not.toContain('s3cret');
  });

  it('goes on without a credential whose variable has no value, and says so where the registry refuses', async () => {
    const file = await write(join(home, '.npmrc'), `@corp:registry=${closed.url}`, `${auth}=\${NOT_SET}`);
    const npm = await read();
    expect(new RegistryTransport(npm).registryOf('public')).toMatch(/^https/);
    await expect(find(npm)).rejects.toMatchObject({
      code: 'registry_unreachable',
      message: expect.stringMatching(new RegExp(`401.*${file}.*NOT_SET`)),
    });
  });
});

import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArtifactWorld } from '../support/artifact-world.js';
import { eventually } from '../support/eventually.js';
import type { Answer } from '../support/http.js';
import { type Installed } from '../support/installation-world.js';
import { answering, at, failure, hook, type PluginDto, PLUGINS } from '../support/plugins-api.js';

/** Says that its init has begun, and ends it once it may; only where it is given a mark. */
const WAITING = `
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
let config;
export const init = async (given) => {
  config = given;
  if (!given.mark) return;
  writeFileSync('begun-' + given.mark, '');
  while (!existsSync('go-' + given.mark)) await pause(10);
};
export const preLLMHook = () => config;
`;

describe('an installed package that takes its turn', () => {
  let world: ArtifactWorld;
  beforeAll(async () => (world = await ArtifactWorld.open({ PLUGIN_KEEP_VERSIONS: '2' })));
  afterAll(() => world.close());

  const publish = async (name: string, version: string, source: string): Promise<void> => {
    const path = `/${encodeURIComponent(name)}-${version}.mjs`;
    const row = await world.looked(await world.publish(path, source, { name, version, pluginRuntime: '' }));
    expect(row.verification).toBe('verified');
  };
  const install = (name: string): Promise<Answer<Installed>> =>
    world.api.post<Installed>(`${PLUGINS}/install`, { name });
  const uninstall = (name: string): Promise<Answer> => world.api.post(`${PLUGINS}/uninstall`, { name });
  const begun = async (id: string, mark: string): Promise<() => Promise<void>> => {
    const guests = join(world.server.dataDir, 'guests');
    let folder = '';
    await eventually(async () => {
      for (const name of await readdir(guests))
        if (name.startsWith(`${id}-`) && (await readdir(join(guests, name))).includes(`begun-${mark}`))
          folder = join(guests, name);
      expect(folder).not.toBe('');
    });
    return () => writeFile(join(folder, `go-${mark}`), '');
  };

  it('leaves alone a plugin that has its name by now, and brings its settings to another', async () => {
    await publish('@acme/widget', '1.0.0', WAITING);
    await install('@acme/widget');
    await world.api.put(at('widget'), { config: { API_KEY: 'key-of-the-widget' } });
    await uninstall('@acme/widget');
    const path = await world.server.plugin('own.mjs', answering('own'));
    await world.api.post(PLUGINS, { name: 'widget', path, enabled: true });
    const own = (await world.api.get<PluginDto>(at('widget'))).body;
    expect((await install('@acme/widget')).body.plugin).toMatchObject({ id: '@acme/widget' });
    expect(await hook(world.api, '@acme/widget')).toEqual({ API_KEY: 'key-of-the-widget' });
    expect((await world.api.get<PluginDto>(at('widget'))).body).toEqual(own);
  });

  it('is refused where no name is left for it', async () => {
    await publish('gadget', '1.0.0', WAITING);
    const path = await world.server.plugin('gadget.mjs', answering('own'));
    await world.api.post(PLUGINS, { name: 'gadget', path, enabled: true });
    const own = (await world.api.get<PluginDto>(at('gadget'))).body;
    expect(failure(await install('gadget'))).toEqual([409, 'name_taken', 'name']);
    expect((await world.api.get<PluginDto>(at('gadget'))).body).toEqual(own);
    expect(await hook(world.api, 'gadget')).toMatchObject({ answer: 'own' });
  });

  it('keeps the settings that it had in the end, also those of a change that its removal waited for', async () => {
    await publish('keeper', '1.0.0', WAITING);
    await install('keeper');
    await world.api.put(at('keeper'), { config: { greeting: 'old' } });
    const change = world.api.put(at('keeper'), { config: { greeting: 'new', mark: 'a' } });
    const go = await begun('keeper', 'a');
    const removal = uninstall('keeper');
    await world.api.get(at('keeper'));
    await go();
    expect([(await change).status, (await removal).status]).toEqual([200, 200]);
    const again = install('keeper');
    await (
      await begun('keeper', 'a')
    )();
    expect((await again).status).toBe(200);
    expect(await hook(world.api, 'keeper')).toEqual({ greeting: 'new', mark: 'a' });
  });

  it('does not go back to a version that was given up while it waited', async () => {
    for (const version of ['1.0.0', '2.0.0']) {
      await publish('rolling', version, WAITING);
      await install('rolling');
    }
    const change = world.api.put(at('rolling'), { config: { mark: 'b' } });
    const go = await begun('rolling', 'b');
    await publish('rolling', '3.0.0', WAITING);
    const update = install('rolling');
    await eventually(async () => {
      const { body } = await world.api.get<{ jobs: { phase: string }[] }>('/api/jobs?state=running');
      expect(body.jobs).toMatchObject([{ phase: 'loading' }]);
    });
    const rollback = world.api.post(at('rolling', '/rollback'), { version: '1.0.0' });
    await world.api.get(at('rolling'));
    await go();
    expect((await change).status).toBe(200);
    expect((await update).body.plugin).toMatchObject({ version: '3.0.0' });
    expect(failure(await rollback)).toEqual([404, 'version_not_kept', 'version']);
    expect((await world.api.get<PluginDto>(at('rolling'))).body).toMatchObject({
      version: '3.0.0',
      isActive: true,
    });
  });
});

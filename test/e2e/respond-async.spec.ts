import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { npmNameOf, publishCore } from '../support/core-packages.js';
import { eventually } from '../support/eventually.js';
import { EjectedWorld, ID, NAME } from '../support/ejected-world.js';
import type { Answer } from '../support/http.js';
import { at, failure, type PluginDto } from '../support/plugins-api.js';

const NO_WAIT = { prefer: 'respond-async' };
const OPTIONAL = 'secrets-manager';

let world: EjectedWorld;
beforeAll(async () => {
  world = await EjectedWorld.start();
  publishCore(world.registry, OPTIONAL);
});
afterAll(() => world.stop());

interface Begun {
  jobId: string;
  limitMs: number;
}

async function finished(answer: Answer<Begun>): Promise<string> {
  expect(answer.status).toBe(202);
  expect(answer.headers.get('preference-applied')).toBe('respond-async');
  // What a client may have to wait for is told: the work, and the start of the plugin.
  expect(answer.body.limitMs).toBe(300_000 + 15_000);
  return eventually(async () => {
    const { body } = await world.api.get<{ state: string }>(`/api/jobs/${answer.body.jobId}`);
    if (!['succeeded', 'failed'].includes(body.state)) throw new Error(body.state);
    return body.state;
  }, 30_000);
}

it('ejects in a job', async () => {
  expect(await finished(await world.api.post<Begun>(at(ID, '/eject'), undefined, NO_WAIT))).toBe('succeeded');
  expect((await world.api.get<PluginDto>(at(ID))).body).toMatchObject({ source: 'ejected', isActive: true });
  const again = await world.api.post(at(ID, '/eject'), undefined, NO_WAIT);
  expect(failure(again)).toEqual([409, 'already_ejected', 'x']);
});

it('syncs in a job', async () => {
  expect(await finished(await world.api.post<Begun>(at(ID, '/sync'), {}, NO_WAIT))).toBe('succeeded');
});

it('uninstalls in a job', async () => {
  const uninstall = '/api/plugins/uninstall';
  expect(await finished(await world.api.post<Begun>(uninstall, { name: NAME }, NO_WAIT))).toBe('succeeded');
  expect((await world.api.get(at(ID))).status).toBe(404);
  const again = await world.api.post(uninstall, { name: NAME }, NO_WAIT);
  expect(failure(again)).toEqual([404, 'not_installed', 'name']);
});

it('installs a core plugin in a job where it is turned on, and answers at once where nothing is installed', async () => {
  const toggle = '/api/plugins/core/toggle';
  const body = { name: OPTIONAL, enabled: true };
  expect(await finished(await world.api.post<Begun>(toggle, body, NO_WAIT))).toBe('succeeded');
  const { body: plugin } = await world.api.get<PluginDto>(at(npmNameOf(OPTIONAL)));
  expect(plugin).toMatchObject({ enabled: true, isActive: true });
  expect((await world.api.post(toggle, { name: OPTIONAL, enabled: false }, NO_WAIT)).status).toBe(200);
});

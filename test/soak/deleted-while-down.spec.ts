import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Fleet } from '../support/fleet.js';
import { at, hook, PLUGINS } from '../support/plugins-api.js';

/** Answers what it finds in its data folder, after it has left something there. */
const LEAVING = `
import { readdirSync, writeFileSync } from 'node:fs';
const found = readdirSync('.');
export const init = ({ leave }) => writeFileSync(leave, '');
export const preLLMHook = () => found;
`;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.open(2);
  await fleet.plugin('leaving.mjs', LEAVING);
});
afterAll(() => fleet.close());

it('what a plugin left on a server that was down when it was deleted is not for the next of that name', async () => {
  const create = (by: number, leave: string): Promise<unknown> => {
    const body = { name: 'heir', path: 'leaving.mjs', enabled: true, config: { leave } };
    return fleet.api(by).post(`${PLUGINS}?wait=all`, body);
  };
  await create(1, 'secret-of-the-first');
  const guests = join(fleet.server(1).dataDir, 'guests');
  await fleet.server(1).end('SIGKILL');
  await mkdir(join(guests, '.trial-of-a-killed-server'));
  expect((await fleet.api(0).delete(at('heir'))).status).toBe(200);
  await create(0, 'note-of-the-second');
  await fleet.start(1);
  await eventually(async () => expect(await fleet.plugged(1, 'heir')).toMatchObject({ isActive: true }));
  expect(await hook(fleet.api(1), 'heir')).toEqual([]);
  expect((await readdir(guests)).filter((name) => name.startsWith('.trial-'))).toEqual([]);
  expect((await fleet.api(0).delete(`${at('heir')}?wait=all`)).status).toBe(200);
  await eventually(async () =>
    expect((await readdir(guests)).filter((name) => name.startsWith('heir-'))).toEqual([]),
  );
});

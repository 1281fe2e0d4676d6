import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Fleet } from '../support/fleet.js';
import type { Answer } from '../support/http.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { answering, at, type Changed, failure, hook, PLUGINS } from '../support/plugins-api.js';

let origin: Origin;
let asked: () => Promise<void>;
let fleet: Fleet;
beforeAll(async () => {
  let onAsked = (): void => undefined;
  origin = await httpOrigin(() => onAsked());
  asked = () => new Promise((resolve) => (onAsked = resolve));
  fleet = await Fleet.open(2, { GUEST_START_TIMEOUT: '5000' });
  // Where it is told to, it starts no further than to ask a place that never answers.
  const source = (condition: string): string => `${answering('here')}
    import { get } from 'node:http';
    if (${condition}) await new Promise(() => get('${origin.url}'));`;
  await fleet.plugin('slow.mjs', source('process.env.HOLD'));
  await fleet.plugin('picky.mjs', source('process.env.TZ'));
});
afterAll(async () => {
  await fleet.close();
  await origin.close();
});

type Created = Answer<Changed>;
const create = (n: number, key: string, body: object, query = ''): Promise<Created> =>
  fleet.api(n).post<Changed>(PLUGINS + query, body, { 'idempotency-key': key });
/** Begins a creation on the first server and kills it once `begun`. */
async function killed(creation: Promise<Created>, begun: () => Promise<unknown>): Promise<void> {
  const broken = creation.then(
    () => 'answered',
    () => 'broken off',
  );
  await begun();
  await fleet.server(0).end('SIGKILL');
  expect(await broken).toBe('broken off');
}
const changes = async (id: string): Promise<number> =>
  (await fleet.api(1).get<{ count: number }>(`/api/audit?target=${id}`)).body.count;

it.each([
  ['is dead', () => Promise.resolve()],
  ['was started again', () => fleet.start(0)],
])(
  'a request that had changed nothing is carried out by its repeat once its server %s',
  async (how, next) => {
    const key = randomUUID();
    const name = how.replaceAll(' ', '-');
    const body = { name, path: 'slow.mjs', enabled: true, config: { HOLD: 'yes' } };
    const begun = asked();
    await killed(create(0, key, body), () => begun);
    expect(failure(await create(1, key, body)).slice(0, 2)).toEqual([409, 'idempotency_in_progress']);
    await next();
    const started = performance.now();
    const taken = asked();
    const repeat = eventually(async () => {
      const answer = create(1, key, body);
      const first = await Promise.race([answer, taken]);
      if (first) expect(failure(first).slice(0, 2)).not.toEqual([409, 'idempotency_in_progress']);
      return answer;
    }, 30_000);
    await taken;
    expect(performance.now() - started).toBeLessThan(20_000);
    // It is being worked on again; it does not start this time either, and then nothing is kept.
    expect((await repeat).status).toBe(422);
    expect(await changes(name)).toBe(0);
    if (how === 'is dead') await fleet.start(0);
  },
);

it('a request that was carried out is not done again, and its repeat is told so', async () => {
  await fleet.server(1).end('SIGTERM');
  await fleet.start(1, { TZ: 'Asia/Tokyo', GUEST_START_TIMEOUT: '60000' });
  const key = randomUUID();
  const body = { name: 'done', path: 'picky.mjs', enabled: true };
  await killed(create(0, key, body, '?wait=all&waitSeconds=60'), () =>
    eventually(async () => expect((await fleet.api(1).get(at('done'))).status).toBe(200)),
  );
  expect(failure(await create(1, key, body, '?wait=all&waitSeconds=60'))[1]).toBe('idempotency_in_progress');
  await eventually(async () => {
    const repeat = await create(1, key, body, '?wait=all&waitSeconds=60');
    expect([...failure(repeat).slice(0, 2), repeat.text]).toEqual([
      409,
      'idempotency_answer_lost',
      expect.stringContaining('plugin.create of plugin done'),
    ]);
  }, 30_000);
  expect(await changes('done')).toBe(1);
  await fleet.start(0);
  await eventually(async () => expect(await hook(fleet.api(0), 'done')).toMatchObject({ answer: 'here' }));
  expect((await fleet.api(0).get<{ revision: number }>(at('done'))).body.revision).toBe(1);
});

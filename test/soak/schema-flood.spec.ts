import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { failure, PLUGINS, type Changed } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const ORDINARY = { type: 'object', properties: { a: { type: 'string' } } };

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { RATE_LIMIT_TOKEN: '0', RATE_LIMIT_ADDRESS: '0' } });
});
afterAll(() => server.stop());

/** Each level refers to the one below twice: the check finds 2^40 errors. */
function doubling(salt: number): object {
  const levels = Array.from({ length: 40 }, (_, i) => {
    const below = { $ref: `#/$defs/a${i}` };
    return [`a${i + 1}`, { allOf: [below, below] }] as const;
  });
  const $defs = { a0: { type: 'string' }, ...Object.fromEntries(levels) };
  return { $comment: String(salt), $defs, properties: { a: { $ref: '#/$defs/a40' } } };
}

async function keyFor(name: string): Promise<string> {
  const body = { name, scopes: ['plugins:read', 'plugins:write'] };
  return (await server.client().post<{ key: string }>('/api/auth/virtual-keys', body)).body.key;
}

async function residentMiB(): Promise<number> {
  const { text } = await server.client().get('/metrics');
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 2 ** 20;
}

it('a flood of schemas that double with each level stops neither the server nor others', async () => {
  const [flooder, other] = [server.client(await keyFor('flooder')), server.client(await keyFor('other'))];
  const before = await residentMiB();
  const state = { isOver: false };
  const flood = Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const answer = await flooder.post(PLUGINS, {
        name: `bad ${i}`,
        config: { a: 1 },
        configSchema: doubling(i),
      });
      return failure(answer).slice(0, 2).join(' ');
    }),
  ).finally(() => (state.isOver = true));
  const made = (async (): Promise<number[]> => {
    const statuses: number[] = [];
    for (const name of ['one', 'two', 'three']) {
      const body = { name, config: { a: 'x' }, configSchema: ORDINARY };
      statuses.push((await other.post<Changed>(PLUGINS, body)).status);
    }
    return statuses;
  })();
  let [ready, longest] = [0, 0];
  while (!state.isOver) {
    const started = performance.now();
    expect((await other.get('/health/ready')).status).toBe(200);
    longest = Math.max(longest, performance.now() - started);
    ready++;
  }
  // On a busy machine even the compiler may be late, and the server refuse some of so many requests at once.
  const refused = await flood;
  for (const each of refused)
    expect(each).toMatch(/^(422 config_schema_(too_slow|invalid)|429 rate_limited|503 overloaded)$/);
  expect(refused).toContain('429 rate_limited');
  expect(await made).toEqual([201, 201, 201]);
  expect(ready).toBeGreaterThan(5);
  // Generous: the machine may be busy. It was 45 s.
  expect(longest).toBeLessThan(5_000);
  expect((await residentMiB()) - before).toBeLessThan(600);
  const [status, code] = failure(
    await flooder.post(PLUGINS, { name: 'late', configSchema: doubling(0), config: { a: 1 } }),
  );
  expect([status, code]).toEqual([429, 'rate_limited']);
});

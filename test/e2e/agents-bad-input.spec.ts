import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENTS, agentAt, agentsAt } from '../support/agents-api.js';
import type { Client } from '../support/http.js';
import { failure } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

describe('agents that tell what is no good', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
    await api.put(agentAt('good'), { name: 'good', plugins: [{ name: 'p', version: '1' }] });
  });
  afterAll(async () => {
    expect(await agentsAt(api)).toMatchObject([{ agentId: 'good', name: 'good', pluginCount: 1 }]);
    await server.stop();
  });

  it('ids: slashes, escapes, dots, spaces, other scripts, over-long', async () => {
    for (const id of ['a/b', '../x', ' ', 'a b', '%41%2f', 'プ', 'a\nb', '-a', 'x'.repeat(129), '<b>']) {
      const path = agentAt(id);
      for (const answer of [
        await api.put(path, { name: 'x' }),
        await api.get(path),
        await api.post(`${path}/heartbeat`),
        await api.delete(path),
      ])
        expect([id, ...failure(answer)]).toEqual([id, 400, 'parameter_invalid', 'agentId']);
    }
    for (const bad of ['%', '%zz', '%E0%A4%A'])
      expect(failure(await api.put(`${AGENTS}/${bad}`, { name: 'x' }))[0]).toBe(400);
    expect(failure(await api.get(`${AGENTS}/a%00b`))[0]).toBe(400);
    expect(failure(await api.put(agentAt('drift'), { name: 'x' }))).toEqual([
      409,
      'name_reserved',
      'agentId',
    ]);
  });

  it.each([
    ['name', {}],
    ['name', { name: '' }],
    ['name', { name: 7 }],
    ['name', { name: 'x'.repeat(201) }],
    ['name', { name: 'a\u0007b' }],
    ['name', { name: '\ud800' }],
    ['endpoint', { name: 'x', endpoint: 'ipfs://x' }],
    ['endpoint', { name: 'x', endpoint: 'https://user:secret@x.example' }],
    ['endpoint', { name: 'x', endpoint: 'not a url' }],
    ['uri', { name: 'x', uri: 'javascript:alert(1)' }],
    ['uri', { name: 'x', uri: `https://x.example/${'x'.repeat(2048)}` }],
    ['uri', { name: 'x', uri: ['https://x.example'] }],
    ['version', { name: 'x', version: 1 }],
    ['heartbeatInterval', { name: 'x', heartbeatInterval: 0 }],
    ['heartbeatInterval', { name: 'x', heartbeatInterval: 1e12 }],
    ['heartbeatInterval', { name: 'x', heartbeatInterval: '5000' }],
    ['plugins', { name: 'x', plugins: {} }],
    ['plugins.0', { name: 'x', plugins: ['p'] }],
    ['plugins.1.name', { name: 'x', plugins: [{ name: 'p' }, { version: '1' }] }],
    ['plugins.0.name', { name: 'x', plugins: [{ name: 'x'.repeat(215) }] }],
    ['plugins.0.version', { name: 'x', plugins: [{ name: 'p', version: 1 }] }],
    ['plugins.0.digest', { name: 'x', plugins: [{ name: 'p', digest: {} }] }],
    ['plugins', { name: 'x', plugins: [{ name: 'p' }, { name: 'q' }, { name: 'p', version: '2' }] }],
  ])('a state with a wrong %s: %j', async (param, body) => {
    expect(failure(await api.put(agentAt('good'), body))).toEqual([400, 'field_invalid', param]);
  });

  it('100,000 plugins: more than is read, and more than is taken', async () => {
    const named = Array.from({ length: 100_000 }, (_, i) => ({ name: `p${i}` }));
    expect((await api.put(agentAt('good'), { name: 'x', plugins: named })).status).toBe(413);
    const started = performance.now();
    const empty = Array.from({ length: 100_000 }, () => ({}));
    expect(failure(await api.put(agentAt('good'), { name: 'x', plugins: empty }))).toEqual([
      400,
      'body_too_complex',
      expect.stringMatching(/^plugins\.\d+$/),
    ]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('heartbeats and queries of the wrong type', async () => {
    expect(failure(await api.post(agentAt('good', '/heartbeat'), { digest: 1 }))[2]).toBe('digest');
    expect(failure(await api.post(agentAt('good', '/heartbeat'), []))[1]).toBe('body_not_object');
    for (const [query, code, param] of [
      ['stale=perhaps', 'field_invalid', 'stale'],
      ['limit=0', 'field_invalid', 'limit'],
      ['limit=501', 'field_invalid', 'limit'],
      ['cursor=!!', 'parameter_invalid', 'cursor'],
      ['name=a&name=b', 'field_invalid', 'name'],
    ])
      expect(failure(await api.get(`${AGENTS}?${query}`))).toEqual([400, code, param]);
    expect(failure(await api.get(`${AGENTS}/drift?differing=1`))[2]).toBe('differing');
    expect(failure(await api.get(`${AGENTS}/drift?cursor=AAAA`))[2]).toBe('cursor');
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agentAt } from '../support/agents-api.js';
import { ARTIFACTS, DOCUMENTED } from '../support/artifact-world.js';
import type { Answer } from '../support/http.js';
import { type Failed, failure, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

describe('a new name', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    for (const name of ['victim', 'openai', 'Überwachung'])
      for (const answer of [await create(name), await publish(name)]) expect(answer.status).toBeLessThan(300);
    for (const id of ['edge-1', 'Victim']) expect((await report(id)).status).toBe(200);
  });
  afterAll(() => server.stop());

  const create = (name: string): Promise<Answer> => server.client().post(PLUGINS, { name });
  const publish = (name: string): Promise<Answer> => server.client().post(ARTIFACTS, { ...DOCUMENTED, name });
  const report = (id: string): Promise<Answer> => server.client().put(agentAt(id), { name: 'x' });
  const message = ({ body }: Answer): string => (body as Failed).error.message;

  it.each([
    ['VICTIM', 'victim'],
    ['ｖictim', 'victim'],
    ['0penai', 'openai'],
    ['𝐯𝐢𝐜𝐭𝐢𝐦', 'victim'],
    ['ViCtIm', 'victim'],
    ['ÜBERWACHUNG', 'Überwachung'],
  ])('that looks like one of a plugin, as %s, is refused with that name', async (name, existing) => {
    for (const answer of [await create(name), await publish(name)])
      expect([failure(answer), message(answer)]).toEqual([
        [409, 'name_taken', 'name'],
        expect.stringContaining(`"${existing}"`),
      ]);
  });

  it('in another alphabet that looks like an existing one is refused with that name', async () => {
    expect((await create('сосо')).status).toBe(201);
    const refused = await create('coco');
    expect(failure(refused)).toEqual([409, 'name_taken', 'name']);
    expect(message(refused)).toContain('"сосо"');
  });

  it.each(['vіctim', 'οpenai', 'vic\u3164tim'])('as %s, made to be misread, is refused', async (name) => {
    for (const answer of [await create(name), await publish(name)])
      expect(failure(answer)).toEqual([400, 'name_invalid', 'name']);
  });

  it.each(['ปลั๊กอิน', 'हिन्दी', 'Наблюдатель', 'Uberwachung'])('as %s is taken', async (name) => {
    expect((await create(name)).status).toBe(201);
    expect((await publish(name)).status).toBe(200);
  });

  it.each([
    ['edge-l', 'edge-1'],
    ['EDGE-1', 'edge-1'],
    ['victim', 'Victim'],
  ])('of an agent, as %s, that looks like another is refused with that id', async (id, existing) => {
    const refused = await report(id);
    expect(failure(refused)).toEqual([409, 'name_taken', 'agentId']);
    expect(message(refused)).toContain(`"${existing}"`);
    expect((await report(existing)).status).toBe(200);
  });

  it('is one of two that look alike and come at the same time', async () => {
    const twins = ['race-10', 'race-1o', 'race-l0', 'race-lo', 'RACE-10'];
    const created = await Promise.all(twins.map(create));
    expect(created.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    const published = await Promise.all(twins.map(publish));
    expect(published.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    const reported = await Promise.all(twins.map(report));
    expect(reported.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerer, InstallationWorld } from '../support/installation-world.js';

const BULK = '-/npm/v1/security/advisories/bulk';
const NAME = '@acme/plugin-answerer';

describe('a registry that does not come to an end about advisories', () => {
  let world: InstallationWorld;
  let asked: Promise<void>;

  beforeAll(async () => {
    world = await InstallationWorld.open();
    world.registry.publish(answerer('1.0.0')).publish(answerer('1.1.0')).publish(answerer('1.2.0'));
  });
  afterAll(() => world.close());

  const hang = (answer: (request: IncomingMessage, response: ServerResponse) => void): void => {
    asked = new Promise((tell) => {
      world.registry.interfere = (request, response, path) => {
        if (path !== BULK) return false;
        answer(request, response);
        tell();
        return true;
      };
    });
  };
  beforeEach(() => hang(() => undefined));

  const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
    const begun = performance.now();
    return [await work, performance.now() - begun];
  };
  const trustOf = async (version: string): Promise<unknown> => {
    const { body } = await world.api.get<{ versions: { version: string; trust: unknown }[] }>(
      `/api/plugins/${encodeURIComponent(NAME)}/versions`,
    );
    return body.versions.find((one) => one.version === version)?.trust;
  };

  it('delays an installation by three seconds at most, which tells that none could say', async () => {
    const [{ status }, silent] = await timed(world.install({ name: NAME, version: '1.0.0' }));
    expect(status).toBe(200);
    expect(silent).toBeGreaterThan(2_900);
    expect(await trustOf('1.0.0')).toMatchObject({
      advisories: null,
      causes: expect.arrayContaining(['advisories: no answer within 3 s']),
    });
  });

  it('gains nothing by an answer that begins and does not end', async () => {
    hang((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{'));
    const answer = await world.install({ name: NAME, version: '1.1.0' });
    expect(answer.status).toBe(200);
    expect(await trustOf('1.1.0')).toMatchObject({ advisories: null });
  });

  it('does not keep a job from being cancelled', async () => {
    const jobId = await world.begin({ name: NAME, version: '1.2.0' });
    await asked;
    const [, ms] = await timed(Promise.all([world.api.delete(`/api/jobs/${jobId}`), world.follow(jobId)]));
    expect((await world.api.get(`/api/jobs/${jobId}`)).body).toMatchObject({ state: 'cancelled' });
    expect(ms).toBeLessThan(2_500);
    expect((await world.directories()).unfinished).toEqual([]);
  });
});

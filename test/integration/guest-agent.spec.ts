import { afterEach, describe, expect, it } from '@jest/globals';
import { type GuestOptions, GuestProcess } from '../support/guest-process.js';
import { fixture } from '../support/paths.js';

let guest: GuestProcess;
afterEach(() => guest.kill());

const start = (file: string, more: object = {}, options?: GuestOptions): GuestProcess =>
  (guest = GuestProcess.start({ entry: fixture(`plugins/${file}`), ...more }, options));

describe('an agent plugin in its guest', () => {
  it('is loaded, initialised with its own settings, and its services started after that', async () => {
    const config = JSON.parse('{"API_KEY":"sk-1","FLAG":"true","nested":{"__proto__":{"x":1}}}') as Record<
      string,
      unknown
    >;
    start('agent-basic.mjs', { config, env: { API_KEY: 'sk-1' } });
    expect(await guest.message('loaded')).toEqual({
      type: 'loaded',
      actualName: 'agent-basic',
      description: 'An agent plugin for tests',
      types: ['action', 'service', 'model'],
      hooks: [],
      hasCheck: true,
    });
    expect(await guest.message('ready')).toMatchObject({ type: 'ready', initialised: true });
    const result = await guest.check();
    expect(result).toMatchObject({
      ok: true,
      value: {
        order: ['init', 'service'],
        config: { FROM_PLUGIN: 'default', API_KEY: 'sk-1', FLAG: 'true', nested: {} },
        polluted: false,
        missing: null,
        apiKey: 'sk-1',
        flag: true,
        later: 'set',
        env: { API_KEY: 'sk-1' },
        ready: true,
        event: { n: 1 },
        service: true,
      },
    });
    expect(await guest.message('log')).toEqual({
      type: 'log',
      level: 'info',
      line: 'clock started { tick: 1 }',
    });
  });

  it('keeps __proto__ keys away from plugin code at any depth', async () => {
    const config = JSON.parse('{"__proto__":{"x":1},"a":[{"__proto__":{"y":1}}]}') as Record<string, unknown>;
    start('agent-basic.mjs', { config });
    await guest.message('ready');
    const result = await guest.check();
    expect(JSON.stringify(result)).not.toContain('__proto__');
    expect(result).toMatchObject({ ok: true, value: { polluted: false, config: { a: [{}] } } });
  });

  it('stops its services and ends with code 0', async () => {
    start('agent-basic.mjs');
    await guest.message('ready');
    expect(await guest.stop()).toBe(0);
    expect(guest.messages.at(-1)).toEqual({ type: 'stopped' });
    expect(guest.stdout).toBe('clock stopped\n');
  });

  it('does not start services in a trial', async () => {
    start('agent-basic.mjs', { services: false });
    await guest.message('ready');
    expect(await guest.check()).toMatchObject({ ok: true, value: { order: ['init'], service: false } });
  });

  it('runs nothing of a plugin that is not to be initialised', async () => {
    start('agent-basic.mjs', { initialise: false });
    expect(await guest.message('ready')).toMatchObject({ type: 'ready', initialised: false });
    expect(await guest.check()).toMatchObject({ ok: false, message: 'the plugin is not initialised' });
    expect(await guest.stop()).toBe(0);
    expect(guest.stdout).toBe('');
  });

  it('is found under an export name that ends in Plugin, and a false test is a failure', async () => {
    start('agent-named.mjs');
    expect(await guest.message('loaded')).toMatchObject({ actualName: 'weather', types: ['provider'] });
    await guest.message('ready');
    expect(await guest.check()).toMatchObject({
      ok: false,
      message: 'the plugin reports that its test failed',
    });
  });

  it('has the cache, the services and the send handlers of an agent when its services start', async () => {
    start('agent-members.mjs');
    await guest.message('ready');
    expect(await guest.check()).toMatchObject({
      ok: true,
      value: [null, true, { at: 1 }, true, false, ['keeper'], 'function'],
    });
  });

  it('fails with the cause when a service cannot start', async () => {
    start('agent-bad-service.mjs');
    expect(await guest.message('failed')).toMatchObject({
      message: expect.stringMatching(
        /^service login could not start: caused by: login refused: caused by: HTTP 401 \(.*\.mjs:\d+:\d+\)$/,
      ),
    });
    expect(await guest.exited).toBe(1);
  });
});

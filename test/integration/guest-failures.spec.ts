import { afterEach, describe, expect, it } from '@jest/globals';
import { GuestProcess } from '../support/guest-process.js';
import { fixture } from '../support/paths.js';

let guest: GuestProcess;
afterEach(() => guest.kill());

const start = (file: string, config: Record<string, unknown> = {}): GuestProcess =>
  (guest = GuestProcess.start({ entry: fixture(`plugins/${file}`), config }));

describe('a plugin that does not come up', () => {
  it.each([
    ['throw', 'init refused: caused by: TypeError: bad option', '4:65'],
    ['return', 'returned, as Go does', '5:32'],
    ['uncaught', 'uncaught exception: thrown later', '6:54'],
    ['rejection', 'unhandled rejection: rejected later', '7:48'],
  ])(
    'init that fails by %s is reported with its cause and ends the guest with 1',
    async (how, cause, place) => {
      start('failing.mjs', { how });
      const message = `${cause} (${fixture('plugins/failing.mjs')}:${place})`;
      expect(await guest.message('failed')).toMatchObject({ type: 'failed', message });
      expect(await guest.exited).toBe(1);
    },
  );

  it('may end its own process with the code it likes', async () => {
    start('failing.mjs', { how: 'exit' });
    expect(await guest.exited).toBe(7);
  });

  it('that misses a package is told which', async () => {
    start('missing-module.mjs');
    expect((await guest.message('failed')).message).toContain('a-package-that-is-not-there');
  });

  it('that is neither kind is told what to export', async () => {
    start('neither.mjs');
    const { message } = await guest.message('failed');
    expect(message).toContain('neither.mjs exports default, settings, which is no plugin');
    expect(message).toContain('preLLMHook');
  });

  it('with a syntax error in CommonJS is told where', async () => {
    start('syntax-error.cjs');
    expect((await guest.message('failed')).message).toMatch(/SyntaxError: .*syntax-error\.cjs:2:19\)$/);
  });

  it('with a syntax error in an ES module ends as Node does, which prints where', async () => {
    start('syntax-error.mjs');
    expect(await guest.exited).toBe(1);
    expect(guest.stderr).toMatch(/syntax-error\.mjs:2\n.*\n {23}\^/);
  });

  it('that cannot be read says what right was missing', async () => {
    guest = GuestProcess.start({ entry: fixture('plugins/gateway-basic.mjs') }, { readable: [] });
    expect((await guest.message('failed')).message).toMatch(/FileSystemRead .*gateway-basic\.mjs/);
  });

  it('never shows a stack in a message', async () => {
    start('failing.mjs', { how: 'throw' });
    expect((await guest.message('failed')).message).not.toMatch(/\n|runtime\//);
  });
});

describe('a guest at its end', () => {
  it('stops although the plugin cannot clean up, and says so in the log', async () => {
    start('failing.mjs', { how: 'not at all' });
    await guest.message('ready');
    expect(await guest.stop()).toBe(0);
    const line = `stop failed: cleanup refused (${fixture('plugins/failing.mjs')}:12:9)`;
    expect(guest.messages).toContainEqual({ type: 'log', level: 'error', line });
  });

  it('ends when its host goes away', async () => {
    start('gateway-basic.mjs');
    await guest.message('ready');
    guest.hangUp();
    expect(await guest.exited).toBe(1);
  });

  it('ends when the host sends what is no message', async () => {
    start('gateway-basic.mjs');
    await guest.message('ready');
    guest.sendRaw('{"type":\n');
    expect((await guest.message('failed')).message).toContain('SyntaxError');
    expect(await guest.exited).toBe(1);
  });
});

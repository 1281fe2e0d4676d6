import { afterEach, describe, expect, it } from '@jest/globals';
import { GuestProcess } from '../support/guest-process.js';
import { fixture } from '../support/paths.js';

let guest: GuestProcess;
afterEach(() => guest.kill());

const start = (file: string, config: Record<string, unknown> = {}): GuestProcess =>
  (guest = GuestProcess.start({ entry: fixture(`plugins/${file}`), config }));

describe('a plugin that does not come up', () => {
  it.each([
    ['throw', 'init refused: caused by: TypeError: bad option'],
    ['return', 'returned, as Go does'],
    ['uncaught', 'uncaught exception: thrown later'],
    ['rejection', 'unhandled rejection: rejected later'],
  ])('init that fails by %s is reported with its cause and ends the guest with 1', async (how, message) => {
    start('failing.mjs', { how });
    expect(await guest.message('failed')).toEqual({ type: 'failed', message });
    expect(await guest.exited).toBe(1);
  });

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

  it.each([
    ['syntax-error.cjs', /SyntaxError: .*\(syntax-error\.cjs, line 2\)$/],
    // Node does not tell the line of a syntax error in an ES module.
    ['syntax-error.mjs', /^syntax-error\.mjs could not be loaded: caused by: SyntaxError: /],
  ])('%s, with a syntax error, is told where', async (file, message) => {
    start(file);
    expect((await guest.message('failed')).message).toMatch(message);
  });

  it('that cannot be read says what right was missing', async () => {
    guest = GuestProcess.start({ entry: fixture('plugins/gateway-basic.mjs') }, { readable: [] });
    expect((await guest.message('failed')).message).toMatch(/FileSystemRead .*gateway-basic\.mjs/);
  });

  it('never shows a stack', async () => {
    start('failing.mjs', { how: 'throw' });
    expect((await guest.message('failed')).message).not.toMatch(/\n|guest\//);
  });
});

describe('a guest at its end', () => {
  it('stops although the plugin cannot clean up, and says so in the log', async () => {
    start('failing.mjs', { how: 'not at all' });
    await guest.message('ready');
    expect(await guest.stop()).toBe(0);
    expect(guest.messages).toContainEqual({
      type: 'log',
      level: 'error',
      line: 'stop failed: cleanup refused',
    });
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

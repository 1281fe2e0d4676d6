import { expect, it } from '@jest/globals';
import { LoadFailed } from '../../runtime/host/index.js';
import { startRefusal } from './start-refusal.js';

it.each([
  [
    ['up', 'Error: getaddrinfo ENOTFOUND api.example', '  at x (y:1)', '}'],
    'Error: getaddrinfo ENOTFOUND api.example',
  ],
  [['up', 'connecting', ' '], 'connecting'],
])('says what of %j tells the cause, and how to keep the settings', (logs, told) => {
  const failed = new LoadFailed('did not finish its init within 15000 ms', 'init', logs);
  const shown = startRefusal(failed) as LoadFailed;
  expect(shown).toMatchObject({ code: 'load_failed', status: 422, phase: 'init', logs });
  expect(shown.message).toContain(`did not finish its init within 15000 ms. It printed: "${told}". Where it`);
  expect(shown.message).toContain('"enabled": false');
});

it('says a cause that was printed too but once', () => {
  const failed = new LoadFailed('no route to host', 'init', ['error: no route to host']);
  expect((startRefusal(failed) as LoadFailed).message).toContain('no route to host. Where it');
});

it('leaves alone what fails elsewhere', () => {
  const errors = [new LoadFailed('no such module', 'load'), new Error('x'), 7];
  expect(errors.map(startRefusal)).toEqual(errors);
});

it('gives no advice about services for a mistake in the settings or the code', () => {
  for (const cause of ['level must be 1 to 3', 'x is not a function', "Cannot find module './y'"]) {
    const { message } = startRefusal(new LoadFailed(cause, 'init')) as LoadFailed;
    expect(message).toBe(`The plugin did not start: ${cause}.`);
  }
});

import { expect, it } from '@jest/globals';
import { LoadFailed } from '../../runtime/host/index.js';
import { startRefusal } from './start-refusal.js';

it('says what a plugin printed before it failed to start, and how to keep its settings', () => {
  const failed = new LoadFailed('did not finish its init within 15000 ms', 'init', [
    'up',
    'getaddrinfo ENOTFOUND',
    ' ',
  ]);
  expect(startRefusal(failed)).toMatchObject({
    code: 'load_failed',
    status: 422,
    phase: 'init',
    logs: failed.logs,
    message: expect.stringMatching(
      /^The plugin did not start: did not finish its init within 15000 ms\. It printed last: "getaddrinfo ENOTFOUND"\. .*"enabled": false/,
    ),
  });
});

it('leaves alone what fails elsewhere', () => {
  const errors = [new LoadFailed('no such module', 'load'), new Error('x'), 7];
  expect(errors.map(startRefusal)).toEqual(errors);
});

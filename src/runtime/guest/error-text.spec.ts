import { describe, expect, it } from '@jest/globals';
import { errorText } from './error-text.js';

describe('errorText', () => {
  it('gives the message and its causes, without repeats', () => {
    const cause = new Error('down', { cause: new Error('ECONNREFUSED') });
    expect(errorText(new Error('no login', { cause }))).toBe(
      'no login: caused by: down: caused by: ECONNREFUSED',
    );
    expect(errorText(new Error('same', { cause: new Error('same') }))).toBe('same');
  });

  it('ends on a cause that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(errorText(error)).toBe('round');
  });

  it('names other kinds of error, and what an aggregate holds', () => {
    expect(errorText(new TypeError('x is no function'))).toBe('TypeError: x is no function');
    expect(errorText(new AggregateError([new Error('a'), new Error('b')], 'all failed'))).toBe(
      'AggregateError: all failed [a; b]',
    );
  });

  it('adds the right and the resource of a refused access', () => {
    const details = { code: 'ERR_ACCESS_DENIED', permission: 'FileSystemRead', resource: '/etc/passwd' };
    expect(errorText(Object.assign(new Error('restricted'), details))).toBe(
      'restricted (FileSystemRead /etc/passwd)',
    );
  });

  it.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ code: 4 }, '{"code":4}'],
    [new Error(''), 'no message'],
  ])('reads %p thrown by careless code', (thrown, text) => {
    expect(errorText(thrown)).toBe(text);
  });

  it('survives an object that throws when it is read, and bounds what it says', () => {
    const hostile = Object.defineProperty({}, 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(errorText(hostile)).toBe('an error that cannot be read');
    expect(errorText(new Error('x'.repeat(100_000)))).toHaveLength(65_536);
  });
});

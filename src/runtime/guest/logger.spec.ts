import { describe, expect, it } from '@jest/globals';
import { createLogger, logLine } from './logger.js';

describe('createLogger', () => {
  it('maps the method names of agents to levels', () => {
    const lines: string[] = [];
    const logger = createLogger((level, line) => lines.push(`${level} ${line}`));
    logger.success('done');
    logger.fatal('gone');
    logger.child().trace('fine');
    expect(lines).toEqual(['info done', 'error gone', 'debug fine']);
  });
});

describe('logLine', () => {
  it('takes text, pino style and errors', () => {
    expect(logLine(['plain', 1, { a: 2 }])).toBe('plain 1 { a: 2 }');
    expect(logLine([{ src: 'x' }, 'message', 'more'])).toBe("message { src: 'x' } more");
    const error = new Error('bad', { cause: new Error('why') });
    expect(logLine([error])).toMatch(/^bad: caused by: why \(.*logger\.spec\.ts:\d+:\d+\)$/);
  });

  it('bounds the line and survives hostile values', () => {
    expect(logLine(['x'.repeat(100_000)])).toHaveLength(8_192);
    const hostile = {
      [Symbol.for('nodejs.util.inspect.custom')]: () => {
        throw new Error('no');
      },
    };
    expect(logLine([hostile])).toBe('a value that cannot be shown');
  });
});

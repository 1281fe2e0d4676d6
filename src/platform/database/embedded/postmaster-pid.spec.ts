import { describe, expect, it } from '@jest/globals';
import { isPostmasterOf, parsePostmasterFile } from './postmaster-pid.js';

describe('parsePostmasterFile', () => {
  const lines = [
    '4711',
    '/data/postgres',
    '1700000000',
    '20123',
    '',
    '127.0.0.1',
    '  1234   5',
    'ready   ',
    '',
  ];

  it('reads process, port and status', () => {
    expect(parsePostmasterFile(lines.join('\n'))).toEqual({ pid: 4711, port: 20123, status: 'ready' });
  });

  it('knows no status while the file is being written', () => {
    expect(parsePostmasterFile(lines.slice(0, 4).join('\n'))).toMatchObject({ pid: 4711, status: '' });
  });

  it('takes the process of a single-user server, which is written negative', () => {
    expect(parsePostmasterFile('-4711\n/data')?.pid).toBe(4711);
  });

  it.each(['', '\n', 'garbage\n'])('gives nothing for %j', (text) => {
    expect(parsePostmasterFile(text)).toBeUndefined();
  });
});

describe('isPostmasterOf', () => {
  it('does not take another program, nor this one, nor a dead one, for a postmaster', async () => {
    expect(await isPostmasterOf('/data/postgres', process.ppid)).toBe(false);
    expect(await isPostmasterOf('/data/postgres', process.pid)).toBe(false);
    expect(await isPostmasterOf('/data/postgres', 2 ** 30)).toBe(false);
  });
});

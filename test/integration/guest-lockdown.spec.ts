import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GuestProcess } from '../support/guest-process.js';
import { fixture } from '../support/paths.js';

const folder = mkdtempSync(join(tmpdir(), 'guest-lockdown-'));
let guest: GuestProcess;
afterEach(async () => {
  await guest.kill();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  results: Record<string, string>;
  afterWrite: string;
  ppid: number;
  send: string;
}

describe('plugin code inside the fence', () => {
  it('gets nowhere on the ways the permission model leaves open', async () => {
    guest = GuestProcess.start({ entry: fixture('plugins/escapes.mjs') });
    await guest.message('ready');
    const file = join(folder, 'written.db');
    const result = await guest.hook('preLLMHook', { request: { target: process.pid, file } });
    expect(result).toMatchObject({ ok: true });
    const { results, afterWrite, ppid, send } = (result.ok ? result.value : {}) as Answer;
    const refused =
      /is not available to plugins|has been restricted|No such built-in|Cannot find module|not available|is not a function|no such file or directory, open '\/etc\/passwd'/;
    for (const [way, answer] of Object.entries(results)) expect(`${way}: ${answer}`).toMatch(refused);
    expect(Object.keys(results)).toHaveLength(21);
    expect(afterWrite).toBe('process.kill is not available to plugins');
    expect(readdirSync(folder)).toEqual([]);
    expect({ ppid, send }).toEqual({ ppid: 0, send: 'undefined' });
  });
});

import { afterAll, describe, expect, it } from '@jest/globals';
import { AppError } from '../../../platform/http/errors.js';
import type { Actor } from '../../../platform/http/request.js';
import { ConfigSchemas } from './config-schemas.js';
import type { JsonObject } from './json.js';

const actor = (id: string): Actor => ({ kind: 'virtual_key', id, name: id, scopes: new Set() });
const ORDINARY = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
const MISSING = { missing: [{ field: 'config.a', message: 'is required and not set' }], problems: [] };

/** Each level refers to the one below twice: the check takes 2^40 steps, and finds as many errors. */
function doubling(): JsonObject {
  const levels = Array.from({ length: 40 }, (_, i) => {
    const below = { $ref: `#/$defs/a${i}` };
    return [`a${i + 1}`, { allOf: [below, below] }] as const;
  });
  return { $defs: { a0: { type: 'string' }, ...Object.fromEntries(levels) }, $ref: '#/$defs/a40' };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'fine';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe('ConfigSchemas', () => {
  const schemas = new ConfigSchemas();
  afterAll(() => schemas.onApplicationShutdown());

  it('compiles and checks as the thread does it', async () => {
    expect(await schemas.compile(actor('a'), JSON.stringify(ORDINARY))).toEqual(ORDINARY);
    expect(await schemas.check(actor('a'), ORDINARY, {})).toEqual(MISSING);
    expect((await schemas.check(actor('a'), ORDINARY, { a: 5 })).problems).toHaveLength(1);
    expect(await codeOf(schemas.compile(actor('a'), { type: 'text' }))).toBe('config_schema_invalid');
    expect(await codeOf(schemas.compile(actor('a'), 'no json'))).toBe('config_schema_invalid');
  });

  it('leaves the event loop alone, and others their turn, while a schema runs away', async () => {
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const slow = [1, 2].map(() => codeOf(schemas.check(actor('slow'), doubling(), {})));
    const done: string[] = [];
    const second = slow[1]?.then(() => done.push('second slow'));
    const other = schemas.check(actor('other'), ORDINARY, {}).then((verdict) => {
      done.push('other');
      return verdict;
    });
    expect(await Promise.all(slow)).toEqual(['config_schema_too_slow', 'config_schema_too_slow']);
    expect(await other).toEqual(MISSING);
    await second;
    clearInterval(ticking);
    expect(done).toEqual(['other', 'second slow']);
    expect(turns).toBeGreaterThan(20);
  });

  it('refuses what waits when the server stops', async () => {
    const stopping = new ConfigSchemas();
    const waiting = [1, 2].map(() => codeOf(stopping.check(actor('a'), doubling(), {})));
    await stopping.onApplicationShutdown();
    expect(await Promise.all(waiting)).toEqual(['shutting_down', 'shutting_down']);
    expect(await codeOf(stopping.compile(actor('a'), {}))).toBe('shutting_down');
  });
});

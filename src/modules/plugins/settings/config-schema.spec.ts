import { describe, expect, it } from '@jest/globals';
import { refusal } from '../../../../test/support/refusal.js';
import { compileConfigSchema } from './config-schema.js';

const schema = {
  type: 'object',
  required: ['API_KEY'],
  properties: {
    API_KEY: { type: 'string', minLength: 4 },
    MODE: { enum: ['fast', 'slow'] },
    SIZE: { type: 'integer', minimum: 1, maximum: 9 },
    URL: { type: 'string', format: 'uri' },
    CODE: { type: 'string', pattern: '^[a-z]{2,4}$' },
    LIST: {
      type: 'array',
      items: { type: 'object', required: ['id'], properties: { id: { type: 'number' } } },
    },
  },
  additionalProperties: false,
};

it('tells the patterns of a schema apart', () => {
  const properties = { a: { pattern: '^[A-Z]+$' }, b: { pattern: '^[0-9]+$' } };
  const patternProperties = { '^x': { type: 'number' }, '^y': { type: 'string' } };
  const compiled = compileConfigSchema({ type: 'object', properties, patternProperties });
  expect(compiled.check({ a: 'A', b: '1', x1: 1, y1: 'y' }).problems).toEqual([]);
  expect(compiled.check({ a: '1', b: 'A', x1: 'x', y1: 1 }).problems).toHaveLength(4);
});

describe('checking a config against its schema', () => {
  it.each([
    [{ API_KEY: 'abcd' }, [], []],
    [{}, ['config.API_KEY is required and not set'], []],
    [{ API_KEY: 'abcd', LIST: [{ id: 1 }, {}] }, ['config.LIST.1.id is required and not set'], []],
    [{ API_KEY: 5 }, [], ['config.API_KEY must be a string']],
    [{ API_KEY: 'abc' }, [], ['config.API_KEY must have at least 4 characters']],
    [{ API_KEY: 'abcd', MODE: 'odd' }, [], ['config.MODE must be one of "fast", "slow"']],
    [{ API_KEY: 'abcd', SIZE: 10 }, [], ['config.SIZE must be at most 9']],
    [
      { API_KEY: 'abcd', SIZE: 0.5 },
      [],
      ['config.SIZE must be an integer', 'config.SIZE must be at least 1'],
    ],
    [{ API_KEY: 'abcd', URL: 'not one' }, [], ['config.URL must have the format "uri"']],
    [{ API_KEY: 'abcd', CODE: 'ABC' }, [], ['config.CODE must match the pattern "^[a-z]{2,4}$"']],
    [{ API_KEY: 'abcd', X: 1 }, [], ['config.X is not a setting that the schema allows: leave it out']],
    [
      { MODE: 1, LIST: 2 },
      ['config.API_KEY is required and not set'],
      ['config.MODE must be one of "fast", "slow"', 'config.LIST must be an array'],
    ],
  ])('%j', (config, missing, problems) => {
    const verdict = compileConfigSchema(schema).check(config);
    const lines = (found: readonly { field: string; message: string }[]): string[] =>
      found.map(({ field, message }) => `${field} ${message}`).sort();
    expect(lines(verdict.missing)).toEqual([...missing].sort());
    expect(lines(verdict.problems)).toEqual([...problems].sort());
  });

  it('calls alternatives of which one only lacks settings incomplete, not wrong', () => {
    const either = compileConfigSchema({
      anyOf: [{ required: ['KEY'] }, { required: ['USER', 'PASS'] }],
      properties: { KEY: { type: 'string' } },
    });
    expect(either.check({}).problems).toEqual([]);
    expect(either.check({}).missing).toHaveLength(1);
    expect(either.check({ USER: 'a', PASS: 'b' })).toEqual({ missing: [], problems: [] });
    expect(either.check({ KEY: 1 }).problems).toEqual([{ field: 'config.KEY', message: 'must be a string' }]);
  });

  it('judges each item of a list by itself', () => {
    const { check } = compileConfigSchema({
      properties: { L: { items: { anyOf: [{ required: ['KEY'] }, { properties: { A: { const: 1 } } }] } } },
    });
    const verdict = check({ L: [{ A: 2 }, { A: 1 }, { A: 3 }] });
    expect(verdict.problems).toEqual([]);
    expect(verdict.missing.map(({ field }) => field)).toEqual(['config.L.0', 'config.L.2']);
  });

  it('calls what only `then` requires missing', () => {
    const { check } = compileConfigSchema({
      if: { properties: { TLS: { const: true } }, required: ['TLS'] },
      then: { required: ['CERT'] },
    });
    expect(check({ TLS: true })).toEqual({
      missing: [{ field: 'config.CERT', message: 'is required and not set' }],
      problems: [],
    });
  });

  it('never repeats a value', () => {
    const secret = 'S3CR3T-VALUE';
    const values = [secret, [secret], { [`a`]: secret }, { b: [secret] }];
    const strict = compileConfigSchema({
      properties: Object.fromEntries(
        [
          { type: 'number' },
          { enum: [1] },
          { const: 2 },
          { format: 'email' },
          { pattern: '^x$' },
          { maxLength: 1 },
          { not: {} },
          { oneOf: [{ type: 'null' }, { const: 3 }] },
          { maxItems: 0 },
          { maxProperties: 0 },
          { propertyNames: { maxLength: 0 } },
          { uniqueItems: true, minItems: 4 },
          { contains: { const: 4 } },
          false,
        ].map((part, index) => [`K${index}`, part]),
      ),
    });
    for (const value of values) {
      const config = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`K${index}`, value]));
      const verdict = strict.check(config);
      expect(verdict.problems.length).toBeGreaterThan(5);
      expect(JSON.stringify(verdict)).not.toContain(secret);
    }
  });
});

describe('compiling a config schema', () => {
  it.each([
    ['http://json-schema.org/draft-04/schema#', { minimum: 3, exclusiveMinimum: true }, 3],
    ['http://json-schema.org/draft-04/schema', { id: 'http://example.com/a', minimum: 4 }, 3],
    ['http://json-schema.org/draft-06/schema#', { exclusiveMinimum: 3 }, 3],
    ['https://json-schema.org/draft-06/schema', { const: 4 }, 3],
    ['http://json-schema.org/draft-07/schema#', { if: { minimum: 3 }, then: { const: 4 } }, 3],
    ['https://json-schema.org/draft/2019-09/schema', { items: [{ minimum: 4 }] }, [3]],
    ['https://json-schema.org/draft/2020-12/schema', { prefixItems: [{ minimum: 4 }] }, [3]],
  ])('checks by the draft that $schema names: %s', ($schema, rule, wrong) => {
    const { check } = compileConfigSchema({ $schema, properties: { a: rule }, required: ['b'] });
    expect(check({ a: wrong, b: 1 }).problems).not.toEqual([]);
    expect(check({ a: Array.isArray(wrong) ? [4] : 4, b: 1 })).toEqual({ missing: [], problems: [] });
    expect(check({}).missing).toHaveLength(1);
  });

  it.each([
    ['draft-04', { exclusiveMinimum: 3 }],
    ['draft-06', { exclusiveMinimum: true }],
    ['draft-07', { exclusiveMinimum: true }],
  ])('refuses what is no schema of %s', (draft, rule) => {
    const $schema = `http://json-schema.org/${draft}/schema#`;
    expect(refusal(() => compileConfigSchema({ $schema, properties: { a: rule } })).code).toBe(
      'config_schema_invalid',
    );
  });

  it('takes JSON text, drafts 7 and 2020-12, and compiles equal ones once', () => {
    const old = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'number' }] };
    expect(compileConfigSchema(JSON.stringify(old))).toBe(compileConfigSchema(old));
    const recent = compileConfigSchema({ properties: { A: { prefixItems: [{ type: 'number' }] } } });
    expect(recent.check({ A: ['x'] }).problems).toHaveLength(1);
    const definitions = { $defs: { k: { type: 'string' } }, properties: { A: { $ref: '#/$defs/k' } } };
    expect(compileConfigSchema(definitions).check({ A: 1 }).problems).toHaveLength(1);
    expect(compileConfigSchema('{}').check({ ANY: 1 })).toEqual({ missing: [], problems: [] });
  });

  const deep = (levels: number): unknown => (levels === 0 ? {} : { properties: { a: deep(levels - 1) } });
  it.each([
    ['no object', [], /object/],
    ['null', null, /object/],
    ['undefined', undefined, /object/],
    ['no JSON', '{"type":', /JSON/],
    ['an unknown type', { type: 'strnig' }, /configSchema\/type/],
    ['a wrong keyword', { properties: { a: { minLength: 'x' } } }, /minLength/],
    ['another draft', { $schema: 'http://json-schema.org/draft-03/schema#' }, /draft-04, -06, -07/],
    ['a $schema that is no text', { $schema: 7 }, /draft-04, -06, -07/],
    [
      'a remote reference',
      { properties: { a: { $ref: 'http://127.0.0.1:1/x.json' } } },
      /nothing is fetched/,
    ],
    ['a file reference', { $ref: 'file:///etc/passwd' }, /nothing is fetched/],
    ['a dangling reference', { $ref: '#/$defs/none' }, /configSchema/],
    ['look-ahead', { properties: { a: { pattern: '^(?=x)' } } }, /\^\(\?=x\)/],
    ['a back-reference', { patternProperties: { '(a)\\1': {} } }, /RE2/],
    ['a broken pattern', { properties: { a: { pattern: '(' } } }, /configSchema/],
    ['an asynchronous schema', { $async: true }, /async/],
    ['a large one', { description: 'x'.repeat(70_000) }, /64 KiB/],
    ['large text', `{"description":"${'x'.repeat(70_000)}"}`, /64 KiB/],
    ['a deep one', deep(100), /deep/],
    ['deep text', '['.repeat(30_000) + ']'.repeat(30_000), /object/],
  ])('refuses %s', (_what, bad, words) => {
    const error = refusal(() => compileConfigSchema(bad));
    expect(error).toMatchObject({ status: 422, code: 'config_schema_invalid', param: 'configSchema' });
    expect(error.message).toMatch(words);
    expect(error.message.length).toBeLessThan(1000);
  });

  it('refuses what goes round in circles', () => {
    const circle: Record<string, unknown> = {};
    circle['properties'] = { circle };
    expect(refusal(() => compileConfigSchema(circle)).code).toBe('config_schema_invalid');
  });
});

describe('a schema that would run away', () => {
  it('matches an exponential pattern in linear time', () => {
    const { check } = compileConfigSchema({ properties: { a: { pattern: '^(a+)+$' } } });
    expect(check({ a: `${'a'.repeat(50_000)}!` }).problems).toHaveLength(1);
    expect(check({ a: 'aaa' }).problems).toEqual([]);
  });

  it.each([
    ['refers to itself in place', { $ref: '#' }],
    ['refers to itself twice in place', { allOf: [{ $ref: '#' }, { $ref: '#' }] }],
    [
      'doubles forty times',
      {
        $defs: Object.fromEntries(
          Array.from({ length: 41 }, (_, i) => [
            `d${i}`,
            i === 40
              ? { type: 'object' }
              : { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
          ]),
        ),
        $ref: '#/$defs/d0',
      },
    ],
  ])('is stopped when it %s', (_how, runaway) => {
    const error = refusal(() => compileConfigSchema(runaway).check({ a: 1 }));
    expect(error.status).toBe(422);
    expect(['config_schema_invalid', 'config_schema_too_slow']).toContain(error.code);
    expect(compileConfigSchema(schema).check({ API_KEY: 'abcd' }).problems).toEqual([]);
  });

  it('does not touch prototypes', () => {
    const { check } = compileConfigSchema(
      '{"properties":{"__proto__":{"type":"object","properties":{"polluted":{"default":1}}},"constructor":{"type":"string"}}}',
    );
    check(JSON.parse('{"__proto__":{"polluted":2},"toString":1}') as Record<string, unknown>);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

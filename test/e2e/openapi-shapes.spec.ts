import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Content {
  content?: Record<string, { schema: object }>;
}
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { $ref?: string } & Content> }>>;
  components: { responses: Record<string, Content>; schemas: Record<string, { properties?: object }> };
}

const text = readFileSync(new URL('../../../openapi.yaml', import.meta.url), 'utf8');
const document = parse(text) as Document;
const { responses, schemas } = document.components;

it('describes failures once a status, in one JSON shape', () => {
  // What is not ready says so in the shape of what is.
  const { '/health/ready': _ready, ...paths } = document.paths;
  for (const operations of Object.values(paths))
    for (const operation of Object.values(operations))
      for (const [status, response] of Object.entries(operation.responses))
        if (status >= '400') expect(response.$ref).toMatch(/^#\/components\/responses\/\w+$/);
  for (const [name, { content }] of Object.entries(responses))
    expect([name, Object.keys(content ?? {}), content?.['application/json']?.schema]).toEqual([
      name,
      ['application/json'],
      { $ref: '#/components/schemas/Error' },
    ]);
  expect(schemas['Error']?.properties).toMatchObject({
    error: { allOf: [{ $ref: '#/components/schemas/ErrorDetail' }] },
  });
});

it('names schemas after what they are', () => {
  expect(Object.keys(schemas).filter((name) => name.endsWith('Dto'))).toEqual([]);
  expect(text).not.toMatch(/Dto\b/);
});

it('tells the answers of an installation apart', () => {
  const { content } = document.paths['/api/plugins/install']?.['post']?.responses['200'] ?? {};
  expect(content?.['application/json']?.schema).toMatchObject({
    discriminator: {
      propertyName: 'outcome',
      mapping: {
        installed: '#/components/schemas/InstallDone',
        planned: '#/components/schemas/InstallPlan',
      },
    },
  });
  for (const [name, outcome] of [
    ['InstallDone', 'installed'],
    ['InstallPlan', 'planned'],
    ['JobBegun', 'queued'],
  ])
    expect(schemas[name ?? '']?.properties).toMatchObject({ outcome: { enum: [outcome] } });
});

it('quotes what readers of YAML 1.1 take for dates', () => {
  const dates = parse(text, { version: '1.1' }) as unknown;
  expect(JSON.stringify(dates)).toBe(JSON.stringify(document));
  expect(text).not.toMatch(/: \d{4}-\d\d-\d\d/);
});

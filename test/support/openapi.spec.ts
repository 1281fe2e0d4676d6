import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  AnswerMismatch,
  isJson,
  validateAnswer,
  type OpenApiDocument,
  type ServerAnswer,
} from './openapi.js';

const document = parse(`
openapi: 3.1.0
paths:
  /api/plugins/{x}:
    get:
      x-error-codes: { '409': [taken, busy] }
      responses:
        '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Plugin' } } } }
        '304': { description: Not modified }
        '409': { content: { application/json: { schema: { type: object } } } }
        '4XX': { $ref: '#/components/responses/Problem' }
    delete:
      responses:
        '204': { description: Gone }
  /api/plugins/installed:
    get:
      responses:
        '200':
          content: { application/json: { schema: { type: object, required: [count], properties: { count: { type: integer } } } } }
  /api/events:
    get:
      responses:
        '200': { content: { text/event-stream: { schema: { type: string } } } }
components:
  responses:
    Problem:
      content:
        application/json: { schema: { type: object, required: [code] } }
        application/problem+json: { schema: { type: object, required: [title] } }
  schemas:
    Plugin:
      type: object
      required: [id, createdAt, version]
      properties:
        id: { type: string }
        createdAt: { type: string, format: date-time }
        version: { type: [string, 'null'] }
        parent: { $ref: '#/components/schemas/Plugin' }
`) as OpenApiDocument;

const plugin = { id: 'a', createdAt: '2026-01-02T03:04:05.678Z', version: null };

function check(path: string, body: unknown, other: Partial<ServerAnswer> = {}): () => void {
  const answer = { method: 'GET', status: 200, contentType: 'application/json; charset=utf-8' };
  return () => validateAnswer({ ...answer, path, body, ...other }, document);
}

describe('an answer as documented passes', () => {
  it.each([
    ['a body', check('/api/plugins/a', plugin)],
    ['more fields than documented', check('/api/plugins/a', { ...plugin, more: 1 })],
    ['a percent-encoded name and a query', check('/api/plugins/%40scope%2Fa?x=/y', plugin)],
    ['a reference inside a schema', check('/api/plugins/a', { ...plugin, parent: plugin })],
    ['a route with its own path before a placeholder', check('/api/plugins/installed', { count: 1 })],
    ['a status range', check('/api/plugins/a', { code: 'not_found' }, { status: 404 })],
    ['a listed code', check('/api/plugins/a', { error: { code: 'busy' } }, { status: 409 })],
    ['a listed code beside a text', check('/api/plugins/a', { error: 'x', code: 'taken' }, { status: 409 })],
    ['no body', check('/api/plugins/a', '', { status: 304, contentType: '' })],
    ['no body after HEAD', check('/api/plugins/a', '', { method: 'HEAD' })],
    ['text', check('/api/events', 'data: 1', { contentType: 'text/event-stream' })],
    [
      'another media type of the same answer',
      check('/api/plugins/a', { title: 'x' }, { status: 404, contentType: 'application/problem+json' }),
    ],
  ])('%s', (_, validate) => {
    expect(validate).not.toThrow();
  });
});

describe('an answer that is not as documented fails', () => {
  it.each([
    ['an unknown route', check('/api/plugin', plugin), 'no such route'],
    ['a deeper path', check('/api/plugins/a/b', plugin), 'no such route'],
    ['an unknown method', check('/api/plugins/a', plugin, { method: 'post' }), 'no such route'],
    ['an unknown status', check('/api/plugins/a', plugin, { status: 201 }), 'does not document this status'],
    ['an unknown media type', check('/api/plugins/a', 'x', { contentType: 'text/html' }), 'text/html is not'],
    ['a body without a type', check('/api/plugins/a', 'x', { contentType: '' }), 'a body without a type'],
    ['no body where one is due', check('/api/plugins/a', undefined, { contentType: '' }), 'without a type'],
    ['a body where none is due', check('/api/plugins/a', {}, { method: 'DELETE', status: 204 }), 'not doc'],
    ['a missing field', check('/api/plugins/a', { ...plugin, id: undefined, x: 1 }), 'id'],
    ['a wrong type', check('/api/plugins/a', { ...plugin, version: 3 }), '/version must be string,null'],
    ['a wrong format', check('/api/plugins/a', { ...plugin, createdAt: 'today' }), 'date-time'],
    ['a wrong type behind a reference', check('/api/plugins/a', { ...plugin, parent: 1 }), '/parent must'],
    ['the shape of a sibling route', check('/api/plugins/installed', plugin), 'count'],
    ['a code that is not listed', check('/api/plugins/a', { code: 'gone' }, { status: 409 }), 'taken, busy'],
    ['no code where some are listed', check('/api/plugins/a', {}, { status: 409 }), 'taken, busy'],
    ['a problem of the wrong kind', check('/api/plugins/a', { title: 'x' }, { status: 404 }), 'code'],
  ])('%s', (_, validate, message) => {
    expect(validate).toThrow(AnswerMismatch);
    expect(validate).toThrow(message);
  });

  it('with every difference in the message', () => {
    const validate = check('/api/plugins/a', { id: 1, createdAt: 2, version: 3 });
    expect(validate).toThrow(/GET \/api\/plugins\/a 200.*\n.*\/id.*\n.*\/createdAt.*\n.*\/version/);
  });
});

it('reads nullable as OpenAPI 3.0 means it, beside a reference too', () => {
  const old = parse(`
openapi: 3.0.3
paths:
  /a:
    get:
      responses:
        '200':
          content:
            application/json:
              schema:
                type: object
                required: [b, c]
                properties:
                  b: { nullable: true, allOf: [{ $ref: '#/components/schemas/B' }] }
                  c: { nullable: true, type: string, enum: [x] }
components: { schemas: { B: { type: string } } }
`) as OpenApiDocument;
  const answer = { method: 'GET', path: '/a', status: 200, contentType: 'application/json' };
  expect(() => validateAnswer({ ...answer, body: { b: null, c: null } }, old)).not.toThrow();
  expect(() => validateAnswer({ ...answer, body: { b: 1, c: 'x' } }, old)).toThrow('/b must be string');
  expect(() => validateAnswer({ ...answer, body: { b: '1', c: 'y' } }, old)).toThrow('/c must be');
});

it.each([
  ['application/json', true],
  ['application/problem+json; charset=utf-8', true],
  ['text/plain; format=a/json', false],
  ['application/jsonl', false],
  ['', false],
])('takes %p for JSON: %p', (type, expected) => {
  expect(isJson(type)).toBe(expected);
});

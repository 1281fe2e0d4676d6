import { shownRequests } from '../test/support/operations.js';
import { projectDocument } from '../test/support/project-document.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { hostileValues } from './support/hostile-values.js';
import { SMALL_PLUGIN } from './support/plugins.js';
import { BenchServer } from './support/server.js';
import { printTable } from './table.js';

export const title =
  'How long the worst requests hold up the event loop of the server, of every operation with a body';

const BODY = 1024 * 1024 - 2_048;
/** What is kept of settings and of schemas at most, less what stands around the value. */
const [CONFIG, SCHEMA] = [255 * 1024, 63 * 1024];
/** The best of so many: what else the machine does makes a pause longer, never shorter. */
const TRIES = 3;
/** What a pause may be, in milliseconds. */
const LIMIT_MS = 100;
const UNKNOWN = 'unknown';
const PAUSE = /^nodejs_eventloop_lag_max_seconds (\S+)$/m;
const SHOWN = 40;

interface Case {
  operation: string;
  method: string;
  target: string;
  /** What is sent where. */
  what: string;
  /** Made when it is needed: all of them together are gigabytes. */
  body: () => string;
}

interface Schema {
  $ref?: string;
  properties?: Record<string, unknown>;
}
interface Document {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
  components: { schemas: Record<string, Schema> };
}

/** @param options ids of operations to measure instead of all of them */
export async function run(options: string[]): Promise<void> {
  await BenchServer.use(async (server) => {
    await server.plugin('small.mjs', SMALL_PLUGIN);
    await server.create('my_custom_plugin', 'small.mjs', true);
    const chosen = cases().filter(({ operation }) => options.length === 0 || options.includes(operation));
    const rows: [string, string, number, number, number][] = [];
    for (const each of chosen) {
      const body = each.body();
      const { status, pause } = await measure(server, each, body);
      rows.push([each.operation, each.what, status, pause, pause / parsing(body)]);
    }
    const sorted = rows.sort((a, b) => b[3] - a[3]);
    printTable(['operation', 'what', 'status', 'pause ms', 'of JSON.parse'], sorted.slice(0, SHOWN));
    const slow = rows.filter(([, , , pause]) => pause > LIMIT_MS).length;
    note(
      `The longest ${SHOWN} of ${rows.length}; ${slow} took more than ${LIMIT_MS} ms. Least of ${TRIES}. ${ENVIRONMENT_NOTE}`,
    );
    if (slow > 0) process.exitCode = 1;
  });
}

/** Each field of each body, and one that no body has, with each of the values. */
function cases(): Case[] {
  const seen = new Set<string>();
  const all: Case[] = [];
  const values = Object.entries(hostileValues(BODY));
  const kept = Object.entries({ config: CONFIG, configSchema: SCHEMA }).map(
    ([field, size]) => [field, Object.entries(hostileValues(size))] as const,
  );
  for (const { id, method, target, path, body } of shownRequests()) {
    if (typeof body !== 'object' || body === null || seen.has(id)) continue;
    seen.add(id);
    // The hook that the small plugin has.
    const request = {
      operation: id,
      method: method.toUpperCase(),
      target: target.replace('httpTransportPreHook', 'preLLMHook'),
    };
    const example: object = id === 'createPlugin' ? { name: 'made', path: 'small.mjs' } : body;
    const fields = fieldsOf(path, method);
    for (const [shape, value] of values) {
      all.push({ ...request, what: `${UNKNOWN}: ${shape}`, body: () => `{"${UNKNOWN}":${value}}` });
      if (value.startsWith('{')) all.push({ ...request, what: `body: ${shape}`, body: () => value });
      for (const field of fields)
        all.push({ ...request, what: `${field}: ${shape}`, body: () => withField(example, field, value) });
    }
    for (const [field, smaller] of kept)
      for (const [shape, value] of fields.includes(field) ? smaller : []) {
        const wrapped = value.startsWith('{') ? value : `{"a":${value}}`;
        all.push({
          ...request,
          what: `${field}, kept: ${shape}`,
          body: () => withField(example, field, wrapped),
        });
      }
  }
  return all;
}

function fieldsOf(path: string, method: string): string[] {
  const { paths, components } = projectDocument<Document>();
  const schema = paths[path]?.[method]?.requestBody?.content['application/json']?.schema;
  const { properties } = components.schemas[schema?.$ref?.split('/').at(-1) ?? ''] ?? {};
  return Object.keys(properties ?? {});
}

function withField(example: object, field: string, value: string): string {
  const rest = Object.entries(example).filter(([name]) => name !== field);
  const texts = rest.map(([name, given]) => `${JSON.stringify(name)}:${JSON.stringify(given)},`);
  return `{${texts.join('')}${JSON.stringify(field)}:${value}}`;
}

async function measure(
  server: BenchServer,
  each: Case,
  body: string,
): Promise<{ status: number; pause: number }> {
  let [status, pause] = [0, Infinity];
  for (let i = 0; i < TRIES && pause > LIMIT_MS / 4; i++) {
    await pauseOf(server);
    const sent = await fetch(new URL(each.target, server.url), {
      method: each.method,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body,
    });
    await sent.arrayBuffer();
    status = sent.status;
    pause = Math.min(pause, await pauseOf(server));
    if (status === 201) await server.http.send('DELETE', '/api/plugins/made');
  }
  return { status, pause };
}

/** The longest pause of the server's event loop since this was last called, in milliseconds. */
async function pauseOf({ http }: BenchServer): Promise<number> {
  const { body } = await http.expect(200, 'GET', '/metrics');
  return 1_000 * Number(PAUSE.exec(body.toString())?.[1]);
}

function parsing(body: string): number {
  const times = Array.from({ length: TRIES }, () => {
    const started = performance.now();
    JSON.parse(body);
    return performance.now() - started;
  });
  return Math.min(...times);
}

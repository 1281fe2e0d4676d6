import { parentPort } from 'node:worker_threads';
import { Unprocessable } from '../../../platform/http/errors.js';
import type { CodeOf } from '../../../platform/http/error-codes.js';
import { compileConfigSchema } from './config-schema.js';
import type { ConfigVerdict } from './config-verdict.js';
import type { JsonObject } from './json.js';

/** A schema to compile, and a config to check against it. */
export interface SchemaJob {
  /** JSON text of the schema. */
  schema: string;
  /** JSON text of the config; null compiles only. */
  config: string | null;
}

/** A verdict, or why there is none. */
type Outcome = { verdict: ConfigVerdict } | { refusal: { code: CodeOf<422>; message: string } };

/** `ready`, once, when jobs are taken; then what has come of each job, and how long it took. */
export type SchemaMessage = 'ready' | (Outcome & { elapsedMs: number });

/** The program of the thread that compiles and checks schemas: one job after the other, a result for each. */
parentPort?.on('message', (job: SchemaJob) => {
  const started = performance.now();
  const outcome = outcomeOf(job);
  parentPort?.postMessage({ ...outcome, elapsedMs: performance.now() - started } satisfies SchemaMessage);
});
// What the drafts that most schemas name need is compiled before the first job.
for (const draft of [
  'http://json-schema.org/draft-07/schema#',
  'https://json-schema.org/draft/2020-12/schema',
])
  compileConfigSchema({ $schema: draft });
parentPort?.postMessage('ready' satisfies SchemaMessage);

function outcomeOf({ schema, config }: SchemaJob): Outcome {
  try {
    const compiled = compileConfigSchema(schema);
    const verdict =
      config === null ? { missing: [], problems: [] } : compiled.check(JSON.parse(config) as JsonObject);
    return { verdict };
  } catch (error) {
    // Any other error ends the thread, which is how the server learns of it.
    if (!(error instanceof Unprocessable)) throw error;
    const { code, message } = error;
    const isSlow = code === 'config_schema_too_slow';
    return { refusal: { code: isSlow ? code : 'config_schema_invalid', message } };
  }
}

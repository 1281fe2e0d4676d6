import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type AppError, TooManyRequests, Unavailable, Unprocessable } from '../../../platform/http/errors.js';
import type { Actor } from '../../../platform/http/request.js';
import { CallerTurns } from './caller-turns.js';
import type { ConfigVerdict } from './config-verdict.js';
import type { JsonObject } from './json.js';
import type { SchemaJob, SchemaMessage } from './schema-worker.js';
import { schemaText } from './schema-text.js';

const PROGRAM = new URL('./schema-worker.mjs', import.meta.url);
/** The thread stops a schema itself after 1.5 s; where even that hangs, the thread is ended. Milliseconds. */
const LIMIT_MS = 4_000;
/** For the thread to start, on a machine that has much else to do. */
const START_LIMIT_MS = 30_000;
/** What an ordinary schema takes is a hundredth of this; the stack is that of the main thread, four times. */
const MEMORY = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
/** Jobs that may wait, of one caller and of all. */
const [MAX_WAITING, MAX_WAITING_IN_ALL] = [32, 1_000];

interface Waiting {
  job: SchemaJob;
  isLimited: boolean;
  resolve: (verdict: ConfigVerdict) => void;
  reject: (error: Error) => void;
}

/**
 * Compiles and checks JSON schemas in a thread of their own, one job at a time. A schema that takes too long or too
 * much memory costs its caller the answer, never the server its event loop; a thread that is lost is replaced. Callers
 * take turns, and each has a budget of time, so that nobody waits for long behind the slow schemas of another.
 */
@Injectable()
export class ConfigSchemas implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly turns = new CallerTurns<Waiting>();
  private worker: Worker | null = null;
  private isReady = false;
  private running: { caller: string; work: Waiting; timer: NodeJS.Timeout } | null = null;
  private isStopped = false;

  /** A thread that runs already keeps nobody waiting for its start. */
  onApplicationBootstrap(): void {
    this.worker ??= this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    for (let next = this.turns.take(0); next; next = this.turns.take(0)) next.work.reject(stopping());
    await this.worker?.terminate();
  }

  /**
   * Makes sure that a schema can be used.
   * @param schema an object, or JSON text of one
   * @returns the schema as an object
   * @throws Unprocessable `config_schema_invalid`; TooManyRequests where the caller's schemas took too long before
   */
  async compile(actor: Actor, schema: unknown): Promise<JsonObject> {
    const text = schemaText(schema);
    await this.run(actor, { schema: text, config: null });
    return JSON.parse(text) as JsonObject;
  }

  /**
   * Checks a config against a schema.
   * @param config what the plugin would be given, defaults included
   * @throws Unprocessable `config_schema_invalid`, `config_schema_too_slow`; TooManyRequests as `compile`
   */
  async check(actor: Actor, schema: JsonObject, config: JsonObject): Promise<ConfigVerdict> {
    return this.run(actor, { schema: schemaText(schema), config: JSON.stringify(config) });
  }

  private run({ kind, id }: Actor, job: SchemaJob): Promise<ConfigVerdict> {
    return new Promise((resolve, reject) => {
      const [caller, isLimited] = [`${kind}/${id}`, kind !== 'system'];
      if (this.isStopped) reject(stopping());
      else if (isLimited && this.turns.of(caller).length >= MAX_WAITING) reject(tooMany(1));
      else if (isLimited && this.turns.size >= MAX_WAITING_IN_ALL) reject(overloaded());
      else this.turns.put(caller, { job, isLimited, resolve, reject });
      this.next();
    });
  }

  /** Hands the thread the next job, unless it has one. */
  private next(): void {
    while (!this.running) {
      const now = performance.now();
      const next = this.turns.take(now);
      if (!next) return;
      const { caller, work } = next;
      const wait = work.isLimited ? this.turns.wait(caller, now) : 0;
      if (wait > 0) work.reject(tooMany(wait));
      else this.hand(caller, work);
    }
  }

  private hand(caller: string, work: Waiting): void {
    const worker = (this.worker ??= this.start());
    this.running = { caller, work, timer: this.limit(worker) };
    worker.ref();
    worker.postMessage(work.job);
  }

  private limit(worker: Worker): NodeJS.Timeout {
    return setTimeout(() => void worker.terminate(), this.isReady ? LIMIT_MS : START_LIMIT_MS);
  }

  private start(): Worker {
    const worker = new Worker(PROGRAM, { resourceLimits: MEMORY, execArgv: [], env: {} });
    let fault: NodeJS.ErrnoException | null = null;
    worker.unref();
    worker.on('message', (message: SchemaMessage) => {
      if (message === 'ready') this.ready(worker);
      else this.end(message.elapsedMs, (work) => tell(work, message));
    });
    worker.on('error', (error) => (fault = error));
    worker.on('exit', () => {
      this.worker = null;
      this.isReady = false;
      const isOurs = fault !== null && fault.code !== 'ERR_WORKER_OUT_OF_MEMORY';
      this.end(LIMIT_MS, ({ job, reject }) => {
        if (this.isStopped) reject(stopping());
        else reject(isOurs && fault ? fault : tooLarge(job));
      });
    });
    return worker;
  }

  /** The first job's time begins when the thread can begin. */
  private ready(worker: Worker): void {
    this.isReady = true;
    if (!this.running) return;
    clearTimeout(this.running.timer);
    this.running.timer = this.limit(worker);
  }

  /** Tells whoever waits for the running job what has come of it, and goes on with the next one. */
  private end(elapsedMs: number, tell: (work: Waiting) => void): void {
    const { running } = this;
    if (!running) return;
    this.running = null;
    this.worker?.unref();
    clearTimeout(running.timer);
    this.turns.spend(running.caller, elapsedMs, performance.now());
    tell(running.work);
    this.next();
  }
}

function tell({ resolve, reject }: Waiting, outcome: Exclude<SchemaMessage, 'ready'>): void {
  if ('verdict' in outcome) resolve(outcome.verdict);
  else reject(new Unprocessable(outcome.refusal.code, outcome.refusal.message, 'configSchema'));
}

/** Either limit may be met first where a schema doubles with every level. */
function tooLarge({ config }: SchemaJob): Unprocessable {
  return config === null
    ? new Unprocessable(
        'config_schema_invalid',
        'configSchema takes too long or too much memory to compile: make it simpler.',
        'configSchema',
      )
    : new Unprocessable(
        'config_schema_too_slow',
        'The config schema of this plugin takes too long or too much memory to check: make it simpler, or the config smaller.',
        'configSchema',
      );
}

function tooMany(seconds: number): TooManyRequests {
  return new TooManyRequests(
    'rate_limited',
    `JSON schemas of yours took too long to check, so the next one has to wait: make them simpler, and try again in ${seconds} s.`,
    { 'Retry-After': String(seconds) },
  );
}

function overloaded(): Unavailable {
  return new Unavailable('overloaded', 'Too many JSON schemas wait to be checked. Try again in a second.');
}

function stopping(): AppError {
  return new Unavailable('shutting_down', 'The server is shutting down. Try again.');
}

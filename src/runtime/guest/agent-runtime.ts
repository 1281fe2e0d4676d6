import { createHash } from 'node:crypto';
import { type Bag, isBag, type Log } from './loaded-plugin.js';
import { createLogger } from './logger.js';

export type EventHandler = (params: unknown) => unknown;

/** A service as agent packages define it: a class whose static `start` makes the running instance. */
export interface ServiceClass {
  name?: string;
  serviceType?: unknown;
  start?: (runtime: AgentRuntime) => unknown;
}

/**
 * The agent as its plugin sees it: the members that real agent packages use when they start, and no more.
 * It holds the plugin's own settings only.
 */
export class AgentRuntime {
  readonly agentId: string;
  readonly character: { name: string; settings: Bag; secrets: Bag };
  readonly logger;
  readonly actions: unknown[] = [];
  readonly providers: unknown[] = [];
  readonly evaluators: unknown[] = [];
  readonly models = new Map<string, unknown>();
  readonly services = new Map<string, unknown>();
  readonly serviceClasses: ServiceClass[] = [];
  readonly events = new Map<string, EventHandler[]>();
  readonly taskWorkers = new Map<string, unknown>();
  readonly sendHandlers = new Map<string, unknown>();
  private readonly cache = new Map<string, unknown>();
  adapter: unknown = null;

  constructor(name: string, config: Record<string, unknown>, log: Log) {
    this.agentId = uuidOf(name);
    this.character = { name, settings: { ...config, secrets: { ...config } }, secrets: { ...config } };
    this.logger = createLogger(log);
  }

  /** A setting, "true" and "false" as booleans; null when there is none. */
  getSetting(key: string): unknown {
    const { secrets, settings } = this.character;
    const value = own(secrets, key) ?? own(settings, key) ?? null;
    return value === 'true' ? true : value === 'false' ? false : value;
  }

  setSetting(key: string, value: unknown, secret = false): void {
    const { secrets, settings } = this.character;
    if (key === '__proto__') return;
    // Both: a value set as plain must win over an older secret of the same name.
    secrets[key] = value;
    if (!secret) settings[key] = value;
  }

  isReady(): Promise<boolean> {
    return Promise.resolve(true);
  }

  registerAction(action: unknown): void {
    this.actions.push(action);
  }

  registerProvider(provider: unknown): void {
    this.providers.push(provider);
  }

  registerEvaluator(evaluator: unknown): void {
    this.evaluators.push(evaluator);
  }

  registerModel(type: unknown, handler: unknown): void {
    this.models.set(String(type), handler);
  }

  /** The handler that this plugin brings for a kind of model; undefined when it brings none. */
  getModel(type: unknown): unknown {
    return this.models.get(String(type));
  }

  /** @throws Error when this plugin brings no such model: there are no others here */
  async useModel(type: unknown, params: unknown): Promise<unknown> {
    const handler = this.getModel(type);
    if (typeof handler !== 'function') throw new Error(`no model ${String(type)} is registered`);
    return (handler as (runtime: AgentRuntime, params: unknown) => unknown)(this, params);
  }

  registerTaskWorker(worker: unknown): void {
    if (isBag(worker)) this.taskWorkers.set(String(worker['name']), worker);
  }

  getTaskWorker(name: unknown): unknown {
    return this.taskWorkers.get(String(name));
  }

  /** Tasks live in an agent's database; without one there are none. */
  getTasks(): Promise<unknown[]> {
    return Promise.resolve([]);
  }

  /** Remembers a service class; it is started after init, when services are wanted. */
  registerService(service: unknown): Promise<void> {
    if (isBag(service)) this.serviceClasses.push(service);
    return Promise.resolve();
  }

  registerEvent(event: unknown, handler: unknown): void {
    if (typeof handler !== 'function') return;
    const handlers = this.events.get(String(event)) ?? [];
    this.events.set(String(event), [...handlers, handler as EventHandler]);
  }

  registerDatabaseAdapter(adapter: unknown): void {
    this.adapter = adapter;
  }

  getService(type: unknown): unknown {
    return this.services.get(String(type)) ?? null;
  }

  /** Each running service under its type, in a list as agents have it. */
  getAllServices(): Map<string, unknown[]> {
    return new Map([...this.services].map(([type, service]) => [type, [service]]));
  }

  /** Remembers what sends messages to one platform. Nothing here calls it: there is no conversation. */
  registerSendHandler(source: unknown, handler: unknown): void {
    this.sendHandlers.set(String(source), handler);
  }

  /** What was put into the cache; undefined where nothing was. It lasts as long as the process. */
  getCache(key: unknown): Promise<unknown> {
    return Promise.resolve(this.cache.get(String(key)));
  }

  setCache(key: unknown, value: unknown): Promise<boolean> {
    this.cache.set(String(key), value);
    return Promise.resolve(true);
  }

  deleteCache(key: unknown): Promise<boolean> {
    return Promise.resolve(this.cache.delete(String(key)));
  }

  /** Runs the handlers of one event or several; waits for all, and throws the first failure. */
  async emitEvent(event: unknown, params: unknown): Promise<void> {
    const names = Array.isArray(event) ? event.map(String) : [String(event)];
    const handlers = names.flatMap((name) => this.events.get(name) ?? []);
    await Promise.all(handlers.map(async (handler) => handler(params)));
  }
}

function own(from: Bag, key: string): unknown {
  return Object.hasOwn(from, key) ? from[key] : undefined;
}

/** A UUID that stays the same for a name, so that what a plugin keeps under it is found again. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

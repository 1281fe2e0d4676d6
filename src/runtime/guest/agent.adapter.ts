import { type Hook, PLUGIN_TYPES, type PluginType } from '../protocol.js';
import { AgentRuntime, type ServiceClass } from './agent-runtime.js';
import { type Bag, isBag, type LoadedPlugin, type LoadRequest } from './loaded-plugin.js';
import { findCheck } from './own-check.js';

/** The plugin member that shows each type. */
const MEMBER_OF: Partial<Record<PluginType, string>> = {
  action: 'actions',
  provider: 'providers',
  evaluator: 'evaluators',
  service: 'services',
  model: 'models',
  event: 'events',
  route: 'routes',
};

type PluginEnd = (this: Bag, runtime: AgentRuntime) => unknown;

interface RunningService {
  type: string;
  instance: unknown;
}

/** An agent package's plugin object, given a runtime of its own; services run only after init has passed. */
export class AgentPlugin implements LoadedPlugin {
  readonly actualName: string;
  readonly description: string | null;
  readonly types: PluginType[];
  readonly hooks: Hook[] = [];
  readonly check: (() => unknown) | null;
  private readonly runtime: AgentRuntime;
  private readonly running: RunningService[] = [];

  /** @param plugin the object the package exports */
  constructor(
    private readonly plugin: Bag,
    private readonly request: LoadRequest,
  ) {
    const { name, description } = plugin;
    this.actualName = String(name);
    this.description = typeof description === 'string' ? description : null;
    this.types = PLUGIN_TYPES.filter((type) => isFilled(plugin[MEMBER_OF[type] ?? '']));
    this.runtime = new AgentRuntime(this.actualName, request.config, request.log);
    this.check = findCheck([plugin], this.runtime);
  }

  async initialise(services: boolean): Promise<void> {
    this.registerComponents();
    const { init, config } = this.plugin;
    const settings = { ...(isBag(config) ? config : {}), ...this.request.config };
    if (typeof init === 'function') await init.call(this.plugin, settings, this.runtime);
    if (services) await this.startServices();
  }

  call(hook: Hook): never {
    throw new Error(`an agent plugin has no hook ${hook}`);
  }

  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const { type, instance } of this.running.reverse()) {
      try {
        if (isBag(instance) && typeof instance['stop'] === 'function')
          await Reflect.apply(instance['stop'], instance, []);
      } catch (error) {
        failures.push(new Error(`service ${type} did not stop`, { cause: error }));
      }
    }
    const { cleanup, dispose } = this.plugin;
    const end = cleanup ?? dispose;
    if (typeof end === 'function') await (end as PluginEnd).call(this.plugin, this.runtime);
    if (failures.length > 0) throw failures[0];
  }

  private registerComponents(): void {
    const { runtime, plugin } = this;
    runtime.actions.push(...list(plugin['actions']));
    runtime.providers.push(...list(plugin['providers']));
    runtime.evaluators.push(...list(plugin['evaluators']));
    runtime.serviceClasses.push(...(list(plugin['services']).filter(isBag) as ServiceClass[]));
    for (const [type, handler] of entries(plugin['models'])) runtime.registerModel(type, handler);
    for (const [event, handlers] of entries(plugin['events']))
      for (const handler of list(handlers)) runtime.registerEvent(event, handler);
  }

  private async startServices(): Promise<void> {
    for (const service of this.runtime.serviceClasses) {
      const type =
        typeof service.serviceType === 'string' ? service.serviceType : (service.name ?? 'without a type');
      if (typeof service.start !== 'function')
        throw new Error(`service ${type} has no static start(runtime)`);
      try {
        const instance = await service.start(this.runtime);
        this.runtime.services.set(type, instance);
        this.running.push({ type, instance });
      } catch (error) {
        throw new Error(`service ${type} could not start`, { cause: error });
      }
    }
  }
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : entries(value).length > 0;
}

import { chmod, mkdir, mkdtemp, readdir, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { guestEnvironment } from '../../src/config.js';
import {
  type ActualPlugin,
  type BackOff,
  type Candidate,
  type GuestSpec,
  type Limits,
  PluginRuntime,
} from '../../src/runtime/host/index.js';

const LIMITS: Limits = {
  heapMb: 32,
  memoryMb: 256,
  startMs: 10_000,
  callMs: 5_000,
  stopMs: 500,
  heartbeatMs: 2_000,
};
const BACK_OFF: BackOff = { firstMs: 10, maxMs: 50, failures: 3, windowMs: 60_000 };

const NEIGHBOUR = `
export const getName = () => 'neighbour';
export const preLLMHook = (ctx, req) => ({ ...req, seen: true });
`;

interface WorldOptions {
  limits?: Partial<Limits>;
  backOff?: Partial<BackOff>;
  environment?: Record<string, string>;
  network?: boolean;
  /** Plugins run as the user of the server even where that is root. */
  sharedUser?: boolean;
  /** Processes that wait for plugins; none unless given. */
  spares?: { most: number; keepMs: number };
}

/**
 * A runtime in a folder of its own with one healthy plugin, the neighbour. Closing it proves that no process
 * and no record of one is left.
 */
export class PluginWorld {
  private readonly slots = new Map<string, number>();
  private watchers: { pluginId: string; check: (actual: ActualPlugin) => void }[] = [];

  private constructor(
    readonly folder: string,
    readonly root: string,
    readonly dataDir: string,
    readonly runtime: PluginRuntime,
  ) {}

  static async open(options: WorldOptions = {}): Promise<PluginWorld> {
    const { limits, backOff, environment, network, sharedUser, spares } = options;
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'plugin-world-')));
    await chmod(folder, 0o755);
    const root = join(folder, 'plugins');
    const dataDir = join(folder, 'data');
    await mkdir(root);
    await mkdir(dataDir);
    const runtime = new PluginRuntime({
      dataDir,
      limits: { ...LIMITS, ...limits },
      backOff: { ...BACK_OFF, ...backOff },
      environment: environment ?? guestEnvironment(),
      uidBase: process.getuid?.() === 0 && !sharedUser ? 50_000 : null,
      network: network ?? true,
      spares: spares ?? { most: 0, keepMs: 0 },
      onChange: (pluginId, actual) => world.changed(pluginId, actual),
    });
    const world = new PluginWorld(folder, root, dataDir, runtime);
    await world.run(world.spec('neighbour', await world.write('neighbour.mjs', NEIGHBOUR)));
    return world;
  }

  /** Writes a file below the plugin folder and returns its absolute path. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  spec(pluginId: string, path: string, more: Partial<GuestSpec> = {}): GuestSpec {
    const slot = this.slots.get(pluginId) ?? this.slots.size + 1;
    this.slots.set(pluginId, slot);
    const roots = [this.root];
    const settings = { config: {}, env: {}, configured: true, secrets: [] };
    return { pluginId, slot, name: pluginId, path, roots, ...settings, ...more };
  }

  disable(pluginId: string, revision: number): Promise<void> {
    return this.runtime.disable(pluginId, { slot: this.slots.get(pluginId) ?? 0, revision });
  }

  /** Writes the source of a JavaScript plugin and returns a spec for it. */
  async plugin(source: string, more: Partial<GuestSpec> = {}): Promise<GuestSpec> {
    return this.spec('subject', await this.write('subject.mjs', source), more);
  }

  async run(spec: GuestSpec, revision = 1): Promise<Candidate> {
    const candidate = await this.runtime.prepare(spec);
    await candidate.adopt(revision);
    return candidate;
  }

  /** Resolves with the first state of the plugin, now or later, that satisfies `wanted`. */
  until(pluginId: string, wanted: (actual: ActualPlugin) => boolean): Promise<ActualPlugin> {
    return new Promise((resolve) => {
      const check = (actual: ActualPlugin): void => {
        if (wanted(actual)) resolve(actual);
      };
      this.watchers.push({ pluginId, check });
      check(this.runtime.actual(pluginId));
    });
  }

  /** One hook call into the healthy plugin; its answer shows that it runs on undisturbed. */
  async neighbourAnswers(): Promise<boolean> {
    const payload = { context: {}, request: { model: 'm' } };
    const { value } = await this.runtime.callHook('neighbour', 'preLLMHook', payload);
    const { restarts } = this.runtime.actual('neighbour');
    return restarts === 0 && JSON.stringify(value) === '{"model":"m","seen":true}';
  }

  /** What of this runtime's guests is still there: processes and their records. */
  async leftovers(): Promise<string[]> {
    const records = (await readdir(join(this.dataDir, 'guests'))).filter((name) => name.endsWith('.pid'));
    return [...records, ...(await processesIn(this.dataDir))];
  }

  /** Stops everything and removes the folder. @throws Error when something was left behind */
  async close(): Promise<void> {
    await this.runtime.stopAll();
    const left = await this.leftovers();
    await rm(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  }

  private changed(pluginId: string, actual: ActualPlugin): void {
    for (const watcher of this.watchers) if (watcher.pluginId === pluginId) watcher.check(actual);
  }
}

/** Processes whose working directory lies below `folder`; always none where there is no /proc. */
export async function processesIn(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) =>
      (await readlink(`/proc/${pid}/cwd`).catch(() => '')).startsWith(folder) ? pid : '',
    ),
  );
  return found.filter((pid) => pid !== '');
}

/** The error that `promise` rejects with; fails when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const value = await promise.catch((error: unknown) => error);
  if (value instanceof Error) return value;
  throw new Error('it was expected to fail');
}
